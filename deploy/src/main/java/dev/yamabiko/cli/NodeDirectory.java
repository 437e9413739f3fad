package dev.yamabiko.cli;

import dev.yamabiko.coordinator.WriteFailure;
import dev.yamabiko.job.JobException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Where a node keeps its files. */
final class NodeDirectory {

  /** Where this does not fit, nothing does that a node keeps. */
  private static final int TRIAL_BYTES = 4096;

  private NodeDirectory() {}

  /**
   * Makes it if it is not there, and tries it out: a node that cannot write is of no use, and finds
   * out too late.
   *
   * @throws JobException if it cannot be used; names the option
   */
  static void require(String option, Path directory) {
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new JobException(
          "%s: cannot create the directory %s: %s".formatted(option, directory, reason(e)), e);
    }
    try {
      Path trial = Files.createTempFile(directory, "trial", ".part");
      try {
        Files.write(trial, new byte[TRIAL_BYTES]);
      } finally {
        Files.delete(trial);
      }
    } catch (IOException e) {
      throw new JobException(
          "%s: cannot write to the directory %s: %s".formatted(option, directory, reason(e)), e);
    }
  }

  static String reason(IOException e) {
    if (e instanceof FileAlreadyExistsException taken) {
      return taken.getFile() + " is no directory";
    } else if (e instanceof NoSuchFileException) {
      return "nothing can be made there";
    }
    return WriteFailure.reason(e);
  }
}
