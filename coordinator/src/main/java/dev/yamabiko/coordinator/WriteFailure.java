package dev.yamabiko.coordinator;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/**
 * Why a file could not be written, in words for people: the JDK's exceptions often only name it.
 */
public final class WriteFailure {

  private WriteFailure() {}

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
