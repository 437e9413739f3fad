package dev.yamabiko.coordinator;

import dev.yamabiko.model.AtomicFile;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * What is done in a run's directory before the run's first event, by the one that has its metrics
 * open: nobody else begins there meanwhile.
 *
 * @param gate of all that is written
 */
record RunBeginning(Path directory, RunDescription description, AtomicFile.Gate gate) {

  /**
   * The directory of a new run.
   *
   * @throws FileAlreadyExistsException if another run began here
   */
  void anew() throws IOException {
    if (RunDirectory.holdsRun(directory)) {
      throw new FileAlreadyExistsException(RunDirectory.jobFile(directory).toString());
    }
    writeJob();
    forceEntry();
  }

  /** The directory of a run that goes on. */
  void again() throws IOException {
    clear();
    writeJob();
  }

  /** Deletes what was being written when the run before ended. */
  private void clear() throws IOException {
    try (DirectoryStream<Path> parts =
        Files.newDirectoryStream(directory, "*" + AtomicFile.TEMPORARY)) {
      for (Path part : parts) {
        gate.pass(() -> Files.deleteIfExists(part));
      }
    }
  }

  /** The directory itself may be new; its parent need not be one that this user may list. */
  private void forceEntry() throws IOException {
    Path parent = directory.toAbsolutePath().getParent();
    if (parent != null && Files.isReadable(parent)) {
      AtomicFile.forceEntries(parent);
    }
  }

  private void writeJob() throws IOException {
    String job = description.job();
    String text = job.endsWith("\n") ? job : job + "\n";
    if (RunDirectory.holdsRun(directory) && RunDirectory.jobOf(directory).equals(text)) {
      return; // which a full disk does not keep from going on
    }
    AtomicFile.write(RunDirectory.jobFile(directory), file -> Files.writeString(file, text), gate);
  }

  /**
   * What the metrics lack of the run before, for people.
   *
   * @param kept of them, after they were cut back to this step
   */
  Optional<String> gap(MetricsFile.Kept kept, long step) {
    long missing = step - kept.steps();
    return missing <= 0
        ? Optional.empty()
        : Optional.of(
            String.format(
                Locale.ROOT,
                "%s is damaged: expected a line for each of the steps before %d but those of %d"
                    + " steps are missing or cannot be read, the first that of step %d; the run"
                    + " goes on at step %d with the right weights, and the file with a gap",
                RunDirectory.metricsFile(directory),
                step,
                missing,
                kept.firstMissing(),
                step));
  }
}
