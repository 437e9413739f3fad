package dev.yamabiko.data;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Files whose content this process has verified, each with what it looked like before that: size,
 * time of the last change, and which file it is. As long as it still looks so it need not be read
 * again. A file that changed shortly before is not remembered: times are coarse, so another change
 * right after that could look the same.
 */
public final class VerifiedFiles {

  /** Longer than the steps in which any file system counts time. */
  private static final Duration SETTLED = Duration.ofSeconds(2);

  private final Map<Path, FileVersion> known = new ConcurrentHashMap<>();

  /** Reads a file as a whole. */
  public interface Check {
    boolean isRight() throws IOException;
  }

  /** Whether the file looks as it did when it was last found right. */
  public boolean isUnchanged(Path file) throws IOException {
    FileVersion before = known.get(file);
    try {
      return before != null && before.equals(FileVersion.of(file));
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /** Whether the file, which may be missing, is right: by this check unless it is unchanged. */
  public boolean isRight(Path file, Check check) throws IOException {
    return isUnchanged(file) || verify(file, check);
  }

  /** The same, but reads it in any case. */
  public boolean verify(Path file, Check check) throws IOException {
    known.remove(file);
    try {
      FileVersion before = FileVersion.of(file); // a change during the check shows the next time
      boolean right = check.isRight();
      if (right && isSettled(before)) {
        known.put(file, before);
      }
      return right;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  private static boolean isSettled(FileVersion version) {
    return version.modified().toInstant().isBefore(Instant.now().minus(SETTLED));
  }
}
