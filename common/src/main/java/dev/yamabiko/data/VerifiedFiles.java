package dev.yamabiko.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
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

  private final Map<Path, Look> known = new ConcurrentHashMap<>();

  private record Look(long size, FileTime changed, Object key) {
    static Look at(Path file) throws IOException {
      BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
      return new Look(now.size(), now.lastModifiedTime(), now.fileKey());
    }

    boolean isSettled() {
      return changed.toInstant().isBefore(Instant.now().minus(SETTLED));
    }
  }

  /** Reads a file as a whole. */
  public interface Check {
    boolean isRight() throws IOException;
  }

  /** Whether the file looks as it did when it was last found right. */
  public boolean isUnchanged(Path file) throws IOException {
    Look before = known.get(file);
    try {
      return before != null && Objects.equals(before, Look.at(file));
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
      Look before = Look.at(file); // a change during the check shows the next time
      boolean right = check.isRight();
      if (right && before.isSettled()) {
        known.put(file, before);
      }
      return right;
    } catch (NoSuchFileException e) {
      return false;
    }
  }
}
