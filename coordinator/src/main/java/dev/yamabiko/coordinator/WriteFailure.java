package dev.yamabiko.coordinator;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Set;

/**
 * Why a file could not be written, in words for people: the JDK's exceptions often only name it.
 */
public final class WriteFailure {

  private static final Set<String> NO_ROOM =
      Set.of("No space left on device", "Disk quota exceeded");

  private WriteFailure() {}

  /** Whether it, or what has caused it, is that the disk is full: it may have room later. */
  static boolean isNoRoom(Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof IOException io && NO_ROOM.contains(reason(io))) {
        return true;
      }
    }
    return false;
  }

  public static String reason(IOException e) {
    if (e instanceof NoSuchFileException) {
      return "the directory does not exist (any more)";
    }
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (e instanceof FileSystemException onFile && onFile.getReason() != null) {
      return onFile.getReason();
    }
    return e.getMessage() != null ? e.getMessage() : e.toString();
  }
}
