package dev.yamabiko.cli;

import dev.yamabiko.coordinator.CheckedJob;
import dev.yamabiko.coordinator.InputErrors;
import dev.yamabiko.coordinator.RunDirectory;
import dev.yamabiko.coordinator.RunListener;
import dev.yamabiko.coordinator.RunResult;
import dev.yamabiko.job.HeapNeed;
import dev.yamabiko.job.Job;
import dev.yamabiko.job.Sweep;
import dev.yamabiko.local.LocalRun;
import dev.yamabiko.local.OutputDirectory;
import dev.yamabiko.local.SingleNode;
import dev.yamabiko.model.CanonicalJson;
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
  private final SweepDirectory directory;
  private final int workers;
  private final List<Standing> standings = new ArrayList<>();
  private SingleNode.Cancellation underWay = new SingleNode.Cancellation();
  private boolean interrupted;
  private CheckedJob before;

  LocalSweep(Session session, LocalRun.Trainer trainer, SweepDirectory directory, int workers) {
    this.session = session;
    this.trainer = trainer;
    this.directory = directory;
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
        standing = standing.with(ended(found));
        session.err().println(SweepProgress.line(standing, session.terminal().err()));
      }
      standings.add(standing);
    }
    return standings;
  }

  /** Whatever comes in the way of one trial need not be in that of the next. */
  private Map<String, Object> ended(CheckedSweep.Found found) {
    Sweep.Trial trial = found.trial();
    try {
      Optional<Map<String, Object>> kept = directory.completed(trial, found.dataSha256());
      return kept.isPresent() ? kept.get() : CanonicalJson.object(trained(trial).toJson());
    } catch (RuntimeException | Error e) {
      return failed(trial, reason(e));
    }
  }

  /**
   * @throws Error if it is no trial's
   */
  private String reason(Throwable e) {
    if (HeapNeed.isOutOfMemory(e)) {
      return HeapNeed.outOfMemory();
    } else if (e instanceof Error error) {
      throw error;
    }
    Main.trace(session, e);
    return InputErrors.isInput(e) ? e.getMessage() : Main.internalError(e);
  }

  private Map<String, Object> failed(Sweep.Trial trial, String error) {
    before = null;
    Map<String, Object> failed = new LinkedHashMap<>();
    failed.put("status", "failed");
    failed.put("run_directory", directory.of(trial).toString());
    failed.put("error", error);
    return failed;
  }

  private RunResult trained(Sweep.Trial trial) {
    OutputDirectory output = directory.output(trial);
    LocalRun run =
        LocalRun.prepare(
            trial.job(),
            this::checked,
            Optional.of(output),
            directory.resume(),
            workers,
            this::say);
    SingleNode.Cancellation cancellation = next();
    try (RunDirectory open = run.open(new DiskNotices(session, cancellation))) {
      session.err().println(TrainCommand.describe(run.checked(), workers));
      open.gap().ifPresent(this::say);
      List<RunListener> listeners = List.of(Progress.of(run.checked(), session));
      return run.train(open, trainer, listeners, cancellation).result();
    }
  }

  private CheckedJob checked(Job job) {
    before = before == null ? CheckedJob.of(job) : before.next(job);
    return before;
  }

  private void say(String notice) {
    session.err().println("yamabiko: " + notice);
  }
}
