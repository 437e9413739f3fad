package dev.yamabiko.cli;

import dev.yamabiko.coordinator.CheckedJob;
import dev.yamabiko.coordinator.DiskWatch;
import dev.yamabiko.coordinator.Resumption;
import dev.yamabiko.coordinator.RunDirectory;
import dev.yamabiko.coordinator.RunListener;
import dev.yamabiko.coordinator.RunResult;
import dev.yamabiko.coordinator.TrainingClock;
import dev.yamabiko.coordinator.WriteFailure;
import dev.yamabiko.data.Dataset;
import dev.yamabiko.data.LoadedData;
import dev.yamabiko.data.Targets;
import dev.yamabiko.job.Job;
import dev.yamabiko.job.JobException;
import dev.yamabiko.local.SingleNode;
import dev.yamabiko.model.Checkpoint;
import dev.yamabiko.protocol.RunOutcome;
import dev.yamabiko.step.StepPlan;
import dev.yamabiko.tensor.KernelsFactory;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Trains in this JVM. Nothing is written before the job, its data and its model are known good. */
@Command(
    name = "train",
    description = "Trains a job in this process and writes a run directory.",
    footer = {
      "",
      "Example:",
      "  yamabiko train deploy/jobs/digits.conf --set epochs=2 --out runs/first --json"
    })
final class TrainCommand implements Callable<Integer> {

  private static final int MOST_WORKERS = 1024;

  /** Does the training; {@link SingleNode#run}, but for tests. */
  interface Trainer {
    RunOutcome run(
        CheckedJob checked,
        Checkpoint begin,
        int workers,
        List<RunListener> listeners,
        SingleNode.Cancellation cancellation);
  }

  private final Session session;
  private final Trainer trainer;

  @Spec private CommandSpec spec;
  @Mixin private JobArguments arguments;

  @Option(
      names = "--workers",
      paramLabel = "N",
      description = "Number of workers (default: one per core). It does not change a bit.")
  private Optional<String> workers = Optional.empty();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "The run directory, new or empty but for --resume (default: runs/NAME-TIME).")
  private Optional<Path> out = Optional.empty();

  @Option(
      names = "--resume",
      description =
          "Go on with the run in --out from its last checkpoint; with any number of workers, it"
              + " gives the same bits. Begins it where it has not begun.")
  private boolean resume;

  TrainCommand(Session session, Trainer trainer) {
    this.session = session;
    this.trainer = trainer;
  }

  @Override
  public Integer call() {
    int workers = workers();
    Job job = arguments.read(session);
    OutputDirectory output = output(job);
    boolean goesOn = resume && RunDirectory.holdsRun(output.path());
    if (goesOn) {
      requireUnused(output.path());
    }
    CheckedJob checked = CheckedJob.of(job);
    LoadedData data = checked.data();
    data.notes().forEach(this::say);
    KernelsFactory.notice().ifPresent(this::say);
    Optional<Checkpoint> checkpoint = Optional.empty();
    if (goesOn) {
      checkpoint = Resumption.byOption(output.path(), checked).find(this::say, this::say);
    } else if (resume) {
      say("no run in " + output.path() + " yet; beginning one at step 0");
    }
    Checkpoint begin = checkpoint.orElseGet(() -> checked.start(this::say));

    SingleNode.Cancellation cancellation = new SingleNode.Cancellation();
    StepPlan plan = checked.plan(workers).steps();
    Targets targets = data.train().targets();
    TrainingClock clock = new TrainingClock(System::nanoTime);
    LossHistory history = new LossHistory(plan.stepsPerEpoch());
    Progress progress =
        new Progress(
            session.err(),
            session.terminal(),
            new ProgressLine(plan.epochs(), plan.stepsPerEpoch(), targets),
            System::nanoTime);

    session.interruption().during(() -> interrupt(cancellation));
    RunDirectory directory =
        open(
            output.create(),
            checked,
            goesOn ? Optional.of(begin) : Optional.empty(),
            watch(cancellation));
    RunOutcome outcome;
    try (directory) {
      session.err().println(describe(checked, plan, workers));
      checkpoint.ifPresent(from -> describe(from, plan.epochs(), directory));
      List<RunListener> listeners = List.of(clock, directory, history, progress);
      try {
        outcome = trainer.run(checked, begin, workers, listeners, cancellation);
      } catch (RuntimeException | Error e) {
        if (!goesOn) {
          keep(directory, checked, failed(begin, workers, e), clock);
        }
        throw e;
      }
      return report(keep(directory, checked, outcome, clock), directory, data, history);
    }
  }

  private static RunResult keep(
      RunDirectory directory, CheckedJob checked, RunOutcome outcome, TrainingClock clock) {
    return directory.keep(
        checked.network(), outcome, checked.result(outcome, clock, directory.path()));
  }

  /** Of a run that could not even say itself that it failed. */
  private static RunOutcome failed(Checkpoint begin, int workers, Throwable cause) {
    return new RunOutcome(
        RunOutcome.Status.FAILED,
        cause instanceof OutOfMemoryError ? Main.MORE_MEMORY : "internal error: " + cause,
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

  private OutputDirectory output(Job job) {
    Path working = session.workingDirectory();
    if (!resume) {
      return OutputDirectory.of(out, job.name(), LocalDateTime.now(), working);
    }
    return OutputDirectory.ofResumed(
        out.orElseThrow(
            () ->
                new ParameterException(
                    spec.commandLine(), "--resume expects --out DIR, the directory of the run")),
        working);
  }

  private static String whereToGoOn(Checkpoint.Position position, int epochs) {
    String step = Figures.count(position.step());
    return position.epochs() < epochs
        ? "going on after step %s, epoch %d".formatted(step, position.epochs() + 1)
        : "all %d epochs, %s steps, are done; measuring the model again".formatted(epochs, step);
  }

  /** One line on what is about to happen. */
  private static String describe(CheckedJob checked, StepPlan plan, int workers) {
    return "%s: %s parameters; %s training and %s validation examples; %d x %d steps of %d examples in %d shards; workers: %d"
        .formatted(
            checked.job().name(),
            Figures.count(checked.network().parameterCount()),
            Figures.count(plan.examples()),
            Figures.count(checked.data().validation().map(Dataset::size).orElse(0)),
            plan.epochs(),
            plan.stepsPerEpoch(),
            plan.batchSize(),
            plan.shards(),
            workers);
  }

  private void say(String notice) {
    session.err().println("yamabiko: " + notice);
  }

  private void describe(Checkpoint from, int epochs, RunDirectory directory) {
    session.err().println("yamabiko: " + whereToGoOn(from.position(), epochs));
    directory.gap().ifPresent(this::say);
  }

  private int workers() {
    if (workers.isEmpty()) {
      return Math.min(MOST_WORKERS, Runtime.getRuntime().availableProcessors());
    }
    return NodeOptions.number(spec, "--workers", workers.get(), MOST_WORKERS);
  }

  /**
   * @param from where a run goes on that began in this directory before
   */
  private static RunDirectory open(
      Path directory, CheckedJob checked, Optional<Checkpoint> from, DiskWatch watch) {
    try {
      return from.isPresent()
          ? RunDirectory.goOn(directory, checked.description(), from.get().position(), watch)
          : RunDirectory.begin(directory, checked.description(), watch);
    } catch (FileAlreadyExistsException e) {
      throw inUse(directory);
    } catch (IOException e) {
      throw unusable(directory, e);
    }
  }

  private DiskWatch watch(SingleNode.Cancellation cancellation) {
    return new DiskWatch() {
      @Override
      public void failed(String why) {
        cancellation.cancel(why);
      }

      @Override
      public void warned(String why) {
        sayInBetween(why);
      }

      @Override
      public void recovered(String how) {
        sayInBetween(how);
      }
    };
  }

  /** Below the bar, if there is one. */
  private void sayInBetween(String text) {
    String line = session.terminal().interactive() ? System.lineSeparator() : "";
    session.err().println(line + "yamabiko: " + text);
  }

  /** Said before anything that a run under way may change by the minute. */
  private static void requireUnused(Path directory) {
    try {
      if (RunDirectory.isInUse(directory)) {
        throw inUse(directory);
      }
    } catch (IOException e) {
      throw unusable(directory, e);
    }
  }

  private static JobException inUse(Path directory) {
    return new JobException("--out " + directory + " is in use by another run");
  }

  private static JobException unusable(Path directory, IOException e) {
    return new JobException("--out " + directory + " cannot be used: " + WriteFailure.reason(e), e);
  }

  private void interrupt(SingleNode.Cancellation cancellation) {
    session.err().println();
    session.err().println("yamabiko: interrupted; ending after the current step ...");
    cancellation.cancel("interrupted");
  }

  private int report(
      RunResult result, RunDirectory directory, LoadedData data, LossHistory history) {
    Terminal terminal = session.terminal();
    String curve =
        LossCurve.draw(
            history.train(), history.validation(), terminal.columns(), terminal.unicode());
    Optional<Path> model = result.weightsSha256().map(hash -> directory.model());
    session.print(Summary.of(result, data.baseline(), curve, model).stripTrailing());
    result.error().ifPresent(this::explain);
    result.warning().ifPresent(what -> say("warning: " + what));
    if (result.status() != RunOutcome.Status.COMPLETED && directory.hasCheckpoint()) {
      sayHowToGoOn(directory);
    }
    session.answer(result.toJson());
    if (result.status() == RunOutcome.Status.FAILED) {
      return 1;
    }
    if (session.interruption().signalled()) {
      return Interruption.EXIT_CODE;
    }
    return result.status() == RunOutcome.Status.COMPLETED ? 0 : 1;
  }

  private void sayHowToGoOn(RunDirectory directory) {
    String command = arguments.commandLine() + " --out " + JobArguments.quote(directory.path());
    session.err().println("yamabiko: to go on: yamabiko train " + command + " --resume");
  }

  private void explain(String error) {
    session.complain(error);
    if (error.contains("OutOfMemoryError")) {
      session.complain(Main.MORE_MEMORY);
    }
  }
}
