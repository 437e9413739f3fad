package dev.yamabiko.cli;

import dev.yamabiko.coordinator.CheckedJob;
import dev.yamabiko.coordinator.RunDirectory;
import dev.yamabiko.coordinator.RunListener;
import dev.yamabiko.coordinator.RunResult;
import dev.yamabiko.coordinator.WriteFailure;
import dev.yamabiko.job.HeapException;
import dev.yamabiko.job.Job;
import dev.yamabiko.job.JobChange;
import dev.yamabiko.job.JobException;
import dev.yamabiko.job.JobFile;
import dev.yamabiko.job.Sweep;
import dev.yamabiko.local.LocalRun;
import dev.yamabiko.local.OutputDirectory;
import dev.yamabiko.local.SingleNode;
import dev.yamabiko.model.CanonicalJson;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The trials of a sweep in this JVM, one after the other, each in a run directory of its own below
 * the sweep's. Data that a trial has in common with the one before is read once. Another thread may
 * end the trial under way, and with it the sweep.
 */
final class LocalSweep {

  private final Session session;
  private final LocalRun.Trainer trainer;
  private final Path directory;
  private final boolean resume;
  private final int workers;
  private final List<Standing> standings = new ArrayList<>();
  private SingleNode.Cancellation underWay = new SingleNode.Cancellation();
  private boolean interrupted;
  private CheckedJob before;

  /**
   * @param resume go on with what is in the directory
   */
  LocalSweep(
      Session session, LocalRun.Trainer trainer, Path directory, boolean resume, int workers) {
    this.session = session;
    this.trainer = trainer;
    this.directory = directory;
    this.resume = resume;
    this.workers = workers;
  }

  /** Ends {@link #run} after the current step; for another thread. */
  synchronized void interrupt() {
    interrupted = true;
    underWay.cancel("interrupted");
  }

  private synchronized boolean goesOn() {
    return !interrupted;
  }

  private synchronized SingleNode.Cancellation next() {
    underWay = new SingleNode.Cancellation();
    if (interrupted) {
      underWay.cancel("interrupted");
    }
    return underWay;
  }

  /** Blocks until all trials have ended; returns how, in their order. */
  List<Standing> run(List<CheckedSweep.Found> trials) {
    for (CheckedSweep.Found found : trials) {
      Standing standing = Standing.ofNew(found.trial());
      if (goesOn()) {
        say(
            "%s (%d of %d): %s"
                .formatted(
                    found.trial().name(),
                    standings.size() + 1,
                    trials.size(),
                    found.trial().describe()));
        standing = standing.with(completed(found).orElseGet(() -> train(found.trial())));
        session.err().println(SweepProgress.line(standing, session.terminal().err()));
      }
      standings.add(standing);
    }
    return standings;
  }

  private Path directoryOf(Sweep.Trial trial) {
    return directory.resolve(trial.name());
  }

  /** What the same trial left that has completed before. */
  private Optional<Map<String, Object>> completed(CheckedSweep.Found found) {
    Path run = directoryOf(found.trial());
    try {
      if (!resume || !RunDirectory.holdsRun(run)) {
        return Optional.empty();
      }
      Job now = found.trial().job();
      Job job = JobFile.parse(RunDirectory.jobOf(run), run.toString(), Path.of(""), List.of());
      boolean same = JobChange.of(job, now).isEmpty() && job.epochs() == now.epochs();
      return RunDirectory.resultOf(run)
          .map(CanonicalJson::object)
          .filter(result -> same && "completed".equals(result.get("status")))
          .filter(result -> found.dataSha256().equals(result.get("data_sha256")));
    } catch (IOException e) {
      throw new JobException(
          "--out %s cannot be used: %s".formatted(run, WriteFailure.reason(e)), e);
    } catch (IllegalArgumentException e) {
      // A result that nobody can read: the run ends once more.
      return Optional.empty();
    }
  }

  private Map<String, Object> train(Sweep.Trial trial) {
    try {
      return CanonicalJson.object(trained(trial).toJson());
    } catch (HeapException e) {
      return failed(trial, e.getMessage());
    } catch (OutOfMemoryError e) {
      return failed(trial, Main.MORE_MEMORY);
    }
  }

  /** For want of memory; the next one may need less. */
  private Map<String, Object> failed(Sweep.Trial trial, String error) {
    before = null;
    Map<String, Object> failed = new LinkedHashMap<>();
    failed.put("status", "failed");
    failed.put("run_directory", directoryOf(trial).toString());
    failed.put("error", error);
    return failed;
  }

  private RunResult trained(Sweep.Trial trial) {
    OutputDirectory output = output(trial);
    LocalRun run =
        LocalRun.prepare(
            trial.job(), this::checked, Optional.of(output), resume, workers, this::say);
    SingleNode.Cancellation cancellation = next();
    try (RunDirectory open = run.open(new DiskNotices(session, cancellation))) {
      session.err().println(TrainCommand.describe(run.checked(), workers));
      open.gap().ifPresent(this::say);
      List<RunListener> listeners = List.of(Progress.of(run.checked(), session));
      return run.train(open, trainer, listeners, cancellation).result();
    }
  }

  private OutputDirectory output(Sweep.Trial trial) {
    Path working = session.workingDirectory();
    Path run = directoryOf(trial);
    return resume
        ? OutputDirectory.ofResumed(run, working)
        : OutputDirectory.of(Optional.of(run), trial.name(), LocalDateTime.now(), working);
  }

  private CheckedJob checked(Job job) {
    before = before == null ? CheckedJob.of(job) : before.next(job);
    return before;
  }

  private void say(String notice) {
    session.err().println("yamabiko: " + notice);
  }
}
