package dev.yamabiko.cli;

import dev.yamabiko.coordinator.CheckedJob;
import dev.yamabiko.coordinator.RunDirectory;
import dev.yamabiko.coordinator.WriteFailure;
import dev.yamabiko.job.Job;
import dev.yamabiko.job.JobChange;
import dev.yamabiko.job.JobException;
import dev.yamabiko.job.JobFile;
import dev.yamabiko.job.Sweep;
import dev.yamabiko.local.OutputDirectory;
import dev.yamabiko.model.CanonicalJson;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where the trials of a sweep go that are trained here, each in a run directory of its own, and
 * what they have left there before.
 *
 * @param resume go on with what is there
 */
record SweepDirectory(Path path, boolean resume, Path workingDirectory) {

  Path of(Sweep.Trial trial) {
    return path.resolve(trial.name());
  }

  /**
   * @throws JobException if it cannot be used
   */
  OutputDirectory output(Sweep.Trial trial) {
    return resume
        ? OutputDirectory.ofResumed(of(trial), workingDirectory)
        : OutputDirectory.of(
            Optional.of(of(trial)), trial.name(), LocalDateTime.now(), workingDirectory);
  }

  /**
   * Looks, and writes nothing, whether the trial can go on or begin where others have gone before.
   *
   * @throws JobException if it cannot
   */
  void require(Sweep.Trial trial, CheckedJob checked) {
    if (!resume || completed(trial, checked.dataSha256()).isPresent()) {
      return;
    }
    OutputDirectory output = output(trial);
    try {
      output.requireResumable(checked);
    } catch (OutOfMemoryError e) {
      // This trial will fail for it in its turn; the others may need less.
    }
  }

  /** What the same trial left that has completed before. */
  Optional<Map<String, Object>> completed(Sweep.Trial trial, String dataSha256) {
    Path run = of(trial);
    try {
      if (!resume || !RunDirectory.holdsRun(run)) {
        return Optional.empty();
      }
      Job now = trial.job();
      Job job = JobFile.parse(RunDirectory.jobOf(run), run.toString(), Path.of(""), List.of());
      boolean same = JobChange.of(job, now).isEmpty() && job.epochs() == now.epochs();
      return RunDirectory.resultOf(run)
          .map(CanonicalJson::object)
          .filter(result -> same && "completed".equals(result.get("status")))
          .filter(result -> dataSha256.equals(result.get("data_sha256")));
    } catch (IOException e) {
      throw new JobException(
          "--out %s cannot be used: %s".formatted(run, WriteFailure.reason(e)), e);
    } catch (IllegalArgumentException e) {
      // A result that nobody can read: the run ends once more.
      return Optional.empty();
    }
  }
}
