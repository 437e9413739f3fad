package dev.yamabiko.data;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipException;

/** A file of the user's as a stream of its content, unpacked if it is gzip by its first bytes. */
final class SourceFile {

  private static final int BUFFER = 1 << 16;

  private SourceFile() {}

  /** Reads a source file's content; may fail like any reading. */
  interface Reader<T> {
    T read(InputStream content) throws IOException;
  }

  /** Opens the file, reads it and says in one message what went wrong. */
  static <T> T read(Path path, Reader<T> reader) {
    check(path);
    try (InputStream content = open(path)) {
      return reader.read(content);
    } catch (AccessDeniedException e) {
      throw new DataException(path + ": no permission to read this file", e);
    } catch (ZipException e) {
      throw new DataException(path + ": the gzip data is corrupt: " + e.getMessage(), e);
    } catch (EOFException e) {
      throw new DataException(path + ": the gzip data ends early; is the file truncated?", e);
    } catch (IOException e) {
      throw new DataException(path + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /** Whether it is there, and a file. */
  static void check(Path path) {
    if (!Files.exists(path)) {
      throw new DataException(path + ": expected a file but there is none");
    }
    if (Files.isDirectory(path)) {
      throw new DataException(path + ": expected a file but found a directory");
    }
    // Some are read twice, and one without an end would be read for ever.
    if (!Files.isRegularFile(path)) {
      throw new DataException(path + ": expected a file but found a pipe or a device");
    }
  }

  static boolean isGzip(Path path) throws IOException {
    try (InputStream file = Files.newInputStream(path)) {
      return GzipMembers.begin(file);
    }
  }

  private static InputStream open(Path path) throws IOException {
    BufferedInputStream file = new BufferedInputStream(Files.newInputStream(path), BUFFER);
    try {
      file.mark(2);
      boolean gzip = GzipMembers.begin(file);
      file.reset();
      return gzip ? new GzipMembers(file, BUFFER) : file;
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }
}
