package dev.yamabiko.cli;

import dev.yamabiko.cli.settings.NodeFile;
import dev.yamabiko.coordinator.CheckedJob;
import dev.yamabiko.coordinator.DiskWatch;
import dev.yamabiko.coordinator.RunDirectory;
import dev.yamabiko.coordinator.RunListener;
import dev.yamabiko.coordinator.RunResult;
import dev.yamabiko.data.Dataset;
import dev.yamabiko.data.LoadedData;
import dev.yamabiko.job.Job;
import dev.yamabiko.local.LocalRun;
import dev.yamabiko.local.OutputDirectory;
import dev.yamabiko.local.SingleNode;
import dev.yamabiko.model.Checkpoint;
import dev.yamabiko.protocol.RunOutcome;
import dev.yamabiko.step.StepPlan;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Optional;
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
      "  yamabiko train " + ExampleJobs.DIGITS + " --set epochs=2 --out runs/first --json"
    })
final class TrainCommand implements Callable<Integer> {

  private static final int MOST_WORKERS = 1024;

  private final Session session;
  private final LocalRun.Trainer trainer;

  @Spec private CommandSpec spec;
  @Mixin private JobArguments arguments;
  @Mixin private LogOptions log;

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

  TrainCommand(Session session, LocalRun.Trainer trainer) {
    this.session = session;
    this.trainer = trainer;
  }

  @Override
  public Integer call() {
    log.use(NodeFile.everyNode(session.workingDirectory()), session);
    int workers = workers(spec, this.workers);
    Job job = arguments.read(session);
    OutputDirectory output = output(job);
    LocalRun run = LocalRun.prepare(job, Optional.of(output), resume, workers, this::say);

    SingleNode.Cancellation cancellation = new SingleNode.Cancellation();
    CheckedJob checked = run.checked();
    StepPlan plan = checked.plan(workers).steps();
    LossHistory history = new LossHistory(plan.stepsPerEpoch());
    Progress progress = Progress.of(checked, session);

    session.interruption().during(() -> interrupt(cancellation));
    DiskWatch watch = new DiskNotices(session, cancellation);
    try (RunDirectory directory = run.open(watch)) {
      session.err().println(describe(checked, workers));
      run.checkpoint().ifPresent(from -> describe(from, plan.epochs(), directory));
      List<RunListener> listeners = List.of(history, progress);
      RunResult result = run.train(directory, trainer, listeners, cancellation).result();
      return report(result, directory, checked.data(), history);
    }
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
  static String describe(CheckedJob checked, int workers) {
    StepPlan plan = checked.plan(workers).steps();
    return "%s: %s; %s training and %s validation examples; %d x %s of %s in %s; workers: %d"
        .formatted(
            checked.job().name(),
            Figures.count(checked.network().parameterCount(), "parameter"),
            Figures.count(plan.examples()),
            Figures.count(checked.data().validation().map(Dataset::size).orElse(0)),
            plan.epochs(),
            Figures.count(plan.stepsPerEpoch(), "step"),
            Figures.count(plan.batchExamples(0), "example"),
            Figures.count(plan.shards(), "shard"),
            workers);
  }

  private void say(String notice) {
    session.err().println("yamabiko: " + notice);
  }

  private void describe(Checkpoint from, int epochs, RunDirectory directory) {
    session.err().println("yamabiko: " + whereToGoOn(from.position(), epochs));
    directory.gap().ifPresent(this::say);
  }

  /** As many as there are cores where nothing is given. */
  static int workers(CommandSpec spec, Optional<String> given) {
    return given
        .map(text -> NodeOptions.number(spec, "--workers", text, MOST_WORKERS))
        .orElseGet(() -> Math.min(MOST_WORKERS, Runtime.getRuntime().availableProcessors()));
  }

  private void interrupt(SingleNode.Cancellation cancellation) {
    cancellation.cancel("interrupted");
    session.err().println();
    session.err().println("yamabiko: interrupted; ending after the current step ...");
  }

  private int report(
      RunResult result, RunDirectory directory, LoadedData data, LossHistory history) {
    Terminal terminal = session.terminal();
    String curve =
        LossCurve.draw(
            history.train(), history.validation(), terminal.columns(), terminal.unicode());
    Optional<Path> model = result.weightsSha256().map(hash -> directory.model());
    session.print(Summary.of(result, data.baseline(), curve, model).stripTrailing());
    result.error().ifPresent(session::complain);
    result.warning().ifPresent(what -> say("warning: " + what));
    if (goesOn(result, directory)) {
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

  /** A run that was interrupted before its first step, too: from there. */
  private static boolean goesOn(RunResult result, RunDirectory directory) {
    return result.status() == RunOutcome.Status.CANCELLED
        || result.status() == RunOutcome.Status.FAILED
            && directory.hasCheckpoint()
            && !result.diverged();
  }

  private void sayHowToGoOn(RunDirectory directory) {
    String command = arguments.commandLine() + " --out " + JobArguments.quote(directory.path());
    session.err().println("yamabiko: to go on: yamabiko train " + command + " --resume");
  }
}
