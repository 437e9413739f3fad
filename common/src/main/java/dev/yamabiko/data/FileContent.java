package dev.yamabiko.data;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;

/**
 * The elements that a file holds after its header, and nothing after them.
 *
 * @param header the header's bytes
 * @param bytes what the header says that follows
 * @param inWords how the header says that, as "2 x 3"
 */
record FileContent(Path file, long header, long bytes, String inWords) {

  private static final int BUFFER = 1 << 16;

  /**
   * Passes a file's content on, from behind the header, and checks that it ends where it has to.
   */
  void copy(InputStream content, OutputStream out) throws IOException {
    byte[] buffer = new byte[BUFFER];
    long found = 0;
    while (found < bytes) {
      int n = content.read(buffer, 0, (int) Math.min(buffer.length, bytes - found));
      if (n < 0) {
        break;
      }
      out.write(buffer, 0, n);
      found += n;
    }
    // Reading on to the end also checks a gzip file's checksum.
    check(found + content.transferTo(OutputStream.nullOutputStream()));
  }

  /**
   * @param found the bytes after the header
   */
  void check(long found) {
    if (found < bytes) {
      throw new DataException(
          String.format(
              "%s is truncated: the header says %s = %d bytes of data after byte %d but found %d",
              file, inWords, bytes, header, found));
    }
    if (found > bytes) {
      throw new DataException(
          String.format(
              "%s: the header says %s = %d bytes of data after byte %d but %d bytes more follow",
              file, inWords, bytes, header, found - bytes));
    }
  }
}
