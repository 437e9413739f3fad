package dev.yamabiko.local;

import dev.yamabiko.coordinator.CheckedJob;
import dev.yamabiko.coordinator.DiskWatch;
import dev.yamabiko.coordinator.RunDirectory;
import dev.yamabiko.coordinator.RunListener;
import dev.yamabiko.coordinator.RunResult;
import dev.yamabiko.coordinator.TrainingClock;
import dev.yamabiko.job.HeapNeed;
import dev.yamabiko.job.Job;
import dev.yamabiko.job.JobException;
import dev.yamabiko.model.Checkpoint;
import dev.yamabiko.protocol.RunOutcome;
import dev.yamabiko.tensor.KernelsFactory;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A run in this JVM, from its job to what it leaves. Nothing is written before the job, its data
 * and its model are known good, and nothing at all where it has no directory.
 */
public final class LocalRun {

  /** Does the training; {@link SingleNode#run}, but for tests. */
  public interface Trainer {
    RunOutcome run(
        CheckedJob checked,
        Checkpoint begin,
        int workers,
        List<RunListener> listeners,
        SingleNode.Cancellation cancellation);
  }

  /**
   * How a run ended.
   *
   * @param weights that {@code result} names, where it names any
   */
  public record Ended(RunResult result, Optional<float[]> weights) {}

  private final CheckedJob checked;
  private final Optional<OutputDirectory> output;
  private final int workers;

  /** Of a run that began before, whether it has a checkpoint or not. */
  private final boolean goesOn;

  private final Optional<Checkpoint> checkpoint;
  private final Checkpoint begin;
  private final TrainingClock clock = new TrainingClock(System::nanoTime);

  private LocalRun(
      CheckedJob checked,
      Optional<OutputDirectory> output,
      int workers,
      boolean goesOn,
      Optional<Checkpoint> checkpoint,
      Checkpoint begin) {
    this.checked = checked;
    this.output = output;
    this.workers = workers;
    this.goesOn = goesOn;
    this.checkpoint = checkpoint;
    this.begin = begin;
  }

  /**
   * Reads the job's data and finds where the run begins.
   *
   * @param output empty where nothing is to be kept
   * @param resume go on with the run in the output directory, if one has begun there
   * @param notices hears, line by line, what people should know
   * @throws JobException and what else {@link CheckedJob#of} throws, if the job cannot be trained
   */
  public static LocalRun prepare(
      Job job,
      Optional<OutputDirectory> output,
      boolean resume,
      int workers,
      Consumer<String> notices) {
    return prepare(job, CheckedJob::of, output, resume, workers, notices);
  }

  /**
   * The same.
   *
   * @param check reads the data, or has it already
   */
  public static LocalRun prepare(
      Job job,
      Function<Job, CheckedJob> check,
      Optional<OutputDirectory> output,
      boolean resume,
      int workers,
      Consumer<String> notices) {
    Optional<OutputDirectory> before = output.filter(o -> resume && o.holdsRun());
    before.ifPresent(OutputDirectory::requireUnused);
    CheckedJob checked = check.apply(job);
    long heap = Runtime.getRuntime().maxMemory();
    HeapNeed.ofTraining(checked.plan(workers), heap).require(heap);
    checked.data().notes().forEach(notices);
    checked.plan(workers).doubts().forEach(notices);
    KernelsFactory.notice().ifPresent(notices);
    Optional<Checkpoint> checkpoint =
        before.flatMap(o -> o.resumption(checked).find(notices, notices));
    if (resume && before.isEmpty() && output.isPresent()) {
      notices.accept("no run in " + output.get().path() + " yet; beginning one at step 0");
    }
    Checkpoint begin = checkpoint.orElseGet(() -> checked.start(notices));
    return new LocalRun(checked, output, workers, before.isPresent(), checkpoint, begin);
  }

  public CheckedJob checked() {
    return checked;
  }

  public int workers() {
    return workers;
  }

  /** From which the run goes on; empty if it begins at step 0. */
  public Optional<Checkpoint> checkpoint() {
    return checkpoint;
  }

  /**
   * Makes the output directory, or opens it, for this run.
   *
   * @throws JobException if it cannot be used
   * @throws java.util.NoSuchElementException if there is none
   */
  public RunDirectory open(DiskWatch watch) {
    OutputDirectory place = output.orElseThrow();
    Path directory = place.create();
    try {
      return goesOn
          ? RunDirectory.goOn(directory, checked.description(), begin.position(), watch)
          : RunDirectory.begin(directory, checked.description(), watch);
    } catch (FileAlreadyExistsException e) {
      throw place.inUse();
    } catch (IOException e) {
      throw place.refuse(e);
    }
  }

  /** Trains and keeps nothing; blocks until the run has ended. */
  public Ended train(
      Trainer trainer, List<RunListener> listeners, SingleNode.Cancellation cancellation) {
    RunOutcome outcome = run(trainer, Optional.empty(), listeners, cancellation);
    return new Ended(checked.result(outcome, clock, Path.of("")), outcome.weights());
  }

  /** Trains and leaves in the directory what a run leaves; blocks until it has ended. */
  public Ended train(
      RunDirectory directory,
      Trainer trainer,
      List<RunListener> listeners,
      SingleNode.Cancellation cancellation) {
    RunOutcome outcome;
    try {
      outcome = run(trainer, Optional.of(directory), listeners, cancellation);
    } catch (RuntimeException | Error e) {
      if (!goesOn) {
        keep(directory, failed(e));
      }
      throw e;
    }
    RunResult result = keep(directory, outcome);
    return new Ended(result, outcome.weights().filter(w -> result.weightsSha256().isPresent()));
  }

  private RunOutcome run(
      Trainer trainer,
      Optional<RunDirectory> directory,
      List<RunListener> listeners,
      SingleNode.Cancellation cancellation) {
    List<RunListener> all = new ArrayList<>(List.of(clock));
    directory.ifPresent(all::add);
    all.addAll(listeners);
    RunOutcome outcome = trainer.run(checked, begin, workers, List.copyOf(all), cancellation);
    // Whichever part of the run it was, all have this JVM's memory.
    return outcome.status() == RunOutcome.Status.FAILED
            && outcome.message().endsWith(HeapNeed.outOfMemory())
        ? outcome.because(
            output.map(OutputDirectory::moreMemory).orElse(HeapNeed.outOfMemory("-Xmx")))
        : outcome;
  }

  private RunResult keep(RunDirectory directory, RunOutcome outcome) {
    return directory.keep(
        checked.network(), outcome, checked.result(outcome, clock, directory.path()));
  }

  /** Of a run that could not even say itself that it failed. */
  private RunOutcome failed(Throwable cause) {
    return new RunOutcome(
        RunOutcome.Status.FAILED,
        HeapNeed.isOutOfMemory(cause)
            ? output.orElseThrow().moreMemory()
            : "internal error: " + cause,
        begin.position().epochs(),
        begin.position().step(),
        begin.position().samples(),
        workers,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        OptionalInt.empty(),
        begin.position().rollbacks(),
        Optional.empty());
  }
}
