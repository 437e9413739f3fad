package dev.yamabiko.job;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Reads the characters of a job file, or of another that is as small; one that cannot be such a
 * file is refused before it is parsed.
 */
public final class JobText {
  static final int LIMIT = 1 << 20;
  private static final long GROWN_LIMIT = 32L << 20;

  private JobText() {}

  static String read(Path file) {
    return read(file, "a job file");
  }

  /**
   * @param what is expected
   * @throws JobException if it is not there, a directory, not to be read, too large or no UTF-8
   */
  public static String read(Path file, String what) {
    if (Files.isDirectory(file)) {
      throw new JobException("%s: expected %s but found a directory".formatted(file, what));
    }
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(LIMIT + 1);
    } catch (NoSuchFileException e) {
      throw new JobException(file + ": no such file", e);
    } catch (AccessDeniedException e) {
      throw new JobException(file + ": no permission to read this file", e);
    } catch (FileSystemException e) {
      throw new JobException(file + ": cannot be read: " + e.getReason(), e);
    } catch (IOException e) {
      throw new JobException(file + ": cannot be read: " + e.getMessage(), e);
    }
    if (bytes.length > LIMIT) {
      throw new JobException(
          "%s: expected %s of at most 1 MiB but found a larger one".formatted(file, what));
    }
    return decode(file, bytes);
  }

  /**
   * Refuses a text whose substitutions could make it too large before anybody sees how large it is.
   * Each may double it: what it stands for can hold all the others.
   */
  static void boundGrowth(String text, String origin) {
    int substitutions = ParsingCost.of(text).substitutions();
    if (substitutions >= Integer.SIZE || (long) text.length() << substitutions > GROWN_LIMIT) {
      throw new JobException(
          "%s: expected a job that cannot grow beyond %d MiB but found %d substitutions ${...} and additions +=; write values out"
              .formatted(origin, GROWN_LIMIT >> 20, substitutions));
    }
  }

  private static String decode(Path file, byte[] bytes) {
    // A new decoder reports malformed input, where String's constructor would replace it.
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length);
    CoderResult result = decoder.decode(in, out, true);
    if (result.isError()) {
      int line = 1;
      for (int i = 0; i < in.position(); i++) {
        line += bytes[i] == '\n' ? 1 : 0;
      }
      throw new JobException(file + ":" + line + ": expected UTF-8 text but found other bytes");
    }
    return out.flip().toString();
  }
}
