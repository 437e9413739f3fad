package dev.yamabiko.data;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import java.util.zip.ZipException;

/**
 * Unpacks a gzip file (RFC 1952) of one member or several, one behind the other, to its last byte.
 * Java's own stream takes a later member that is broken within its header for the end, so that a
 * file cut there would be a shorter one. Zeros behind the last member pad it, as tapes do.
 */
final class GzipMembers extends InputStream {

  private static final int MAGIC_1 = 0x1F;
  private static final int MAGIC_2 = 0x8B;
  private static final int DEFLATE = 8;

  private static final int HEADER_CHECKSUM = 1 << 1;
  private static final int EXTRA = 1 << 2;
  private static final int NAME = 1 << 3;
  private static final int COMMENT = 1 << 4;
  private static final int RESERVED = 7 << 5;

  private final InputStream file;
  private final byte[] buffer;
  private int at;
  private int end;

  private final Inflater inflater = new Inflater(true);
  private final CRC32 headerSum = new CRC32();
  private final CRC32 sum = new CRC32();
  private boolean hasEnded;

  /**
   * @param file that is gzip by its first bytes; closed with this stream
   */
  GzipMembers(InputStream file, int bufferBytes) throws IOException {
    this.file = file;
    buffer = new byte[bufferBytes];
    readHeader(next());
  }

  static boolean begin(InputStream file) throws IOException {
    return file.read() == MAGIC_1 && file.read() == MAGIC_2;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] into, int from, int most) throws IOException {
    if (most == 0) {
      return 0;
    }
    while (!hasEnded) {
      int count = inflate(into, from, most);
      if (count > 0) {
        sum.update(into, from, count);
        return count;
      }
      if (inflater.finished()) {
        endMember();
      }
    }
    return -1;
  }

  private int inflate(byte[] into, int from, int most) throws IOException {
    try {
      if (inflater.needsInput()) {
        if (at == end && !fill()) {
          throw new EOFException();
        }
        inflater.setInput(buffer, at, end - at);
      }
      int count = inflater.inflate(into, from, most);
      at = end - inflater.getRemaining();
      if (inflater.needsDictionary()) {
        throw new ZipException("it needs a dictionary");
      }
      return count;
    } catch (DataFormatException e) {
      throw new ZipException(e.getMessage());
    }
  }

  private void endMember() throws IOException {
    long expected = number(Integer.BYTES);
    long size = number(Integer.BYTES);
    if (expected != sum.getValue() || size != (inflater.getBytesWritten() & 0xFFFFFFFFL)) {
      throw new ZipException("Corrupt GZIP trailer");
    }
    int first = nextOrEnd();
    if (first == 0) {
      while (first == 0) {
        first = nextOrEnd();
      }
      if (first >= 0) {
        throw new ZipException("it goes on behind zeros that follow its end");
      }
    }
    hasEnded = first < 0;
    if (!hasEnded) {
      inflater.reset();
      sum.reset();
      readHeader(first);
    }
  }

  private void readHeader(int first) throws IOException {
    headerSum.reset();
    headerSum.update(first);
    if (first != MAGIC_1 || summed() != MAGIC_2) {
      throw new ZipException("what follows its end is not gzip");
    }
    int method = summed();
    int flags = summed();
    if (method != DEFLATE || (flags & RESERVED) != 0) {
      throw new ZipException("method %d with flags %d is not known".formatted(method, flags));
    }
    skip(Integer.BYTES + 2); // time, and how and where it was packed
    if ((flags & EXTRA) != 0) {
      int low = summed();
      skip(low | summed() << Byte.SIZE);
    }
    for (int text : new int[] {NAME, COMMENT}) {
      while ((flags & text) != 0 && summed() != 0) {
        // A text ends with a zero.
      }
    }
    if ((flags & HEADER_CHECKSUM) != 0) {
      long expected = headerSum.getValue() & 0xFFFF;
      if (number(Short.BYTES) != expected) {
        throw new ZipException("Corrupt GZIP header");
      }
    }
  }

  private int summed() throws IOException {
    int value = next();
    headerSum.update(value);
    return value;
  }

  private void skip(int bytes) throws IOException {
    for (int i = 0; i < bytes; i++) {
      summed();
    }
  }

  /** Little-endian. */
  private long number(int bytes) throws IOException {
    long number = 0;
    for (int i = 0; i < bytes; i++) {
      number |= (long) next() << i * Byte.SIZE;
    }
    return number;
  }

  private int next() throws IOException {
    int value = nextOrEnd();
    if (value < 0) {
      throw new EOFException();
    }
    return value;
  }

  private int nextOrEnd() throws IOException {
    return at == end && !fill() ? -1 : buffer[at++] & 0xFF;
  }

  private boolean fill() throws IOException {
    at = 0;
    end = Math.max(0, file.read(buffer, 0, buffer.length));
    return end > 0;
  }

  @Override
  public void close() throws IOException {
    inflater.end();
    file.close();
  }
}
