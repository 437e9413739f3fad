package dev.yamabiko.cli;

import dev.yamabiko.coordinator.WriteFailure;
import dev.yamabiko.job.JobException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Where a node keeps its files.
 *
 * @param made what was not there before, the innermost first
 */
record NodeDirectory(List<Path> made) {

  /** Where this does not fit, nothing does that a node keeps. */
  private static final int TRIAL_BYTES = 4096;

  /**
   * Makes it if it is not there, and tries it out: a node that cannot write is of no use, and finds
   * out too late.
   *
   * @throws JobException if it cannot be used; names the option
   */
  static NodeDirectory require(String option, Path directory) {
    List<Path> missing = new ArrayList<>();
    for (Path at = directory; at != null && !Files.exists(at); at = at.getParent()) {
      missing.add(at);
    }
    NodeDirectory made = new NodeDirectory(missing);
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      made.undo();
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
      made.undo();
      throw new JobException(
          "%s: cannot write to the directory %s: %s".formatted(option, directory, reason(e)), e);
    }
    return made;
  }

  /** Of a node that does not start: nobody wants to find what it has made and left empty. */
  void undo() {
    try {
      for (Path directory : made) {
        Files.deleteIfExists(directory);
      }
    } catch (IOException e) {
      // It holds something, and so does what it is in.
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
