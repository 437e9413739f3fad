package dev.yamabiko.cli;

import dev.yamabiko.client.Follower;
import dev.yamabiko.client.JobUpload;
import dev.yamabiko.client.Server;
import dev.yamabiko.client.ServerException;
import dev.yamabiko.coordinator.InputErrors;
import dev.yamabiko.job.Sweep;
import dev.yamabiko.local.LocalRun;
import dev.yamabiko.local.OutputDirectory;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs the trials of a sweep, on a coordinator or here, and says which one came out best. */
@Command(
    name = "sweep",
    description =
        "Trains a job with several settings, as jobs of a coordinator or here, and names the best.",
    footer = {
      "",
      "The job file says which keys take which values; --set sweep=null leaves the job alone:",
      "",
      "  sweep {",
      "    grid {",
      "      optimizer.sgd.learning-rate = [0.1, 0.01]",
      "      model.0.dense.units { from = 16, to = 64, count = 3, integer = true }",
      "    }",
      "    metric = validation-accuracy",
      "  }",
      "",
      "  sweep.random {",
      "    trials = 20, seed = 1",
      "    over { optimizer.sgd.learning-rate { from = 1e-4, to = 1, scale = log }, batch-size = [32, 64] }",
      "  }",
      "",
      "Examples:",
      "  yamabiko sweep " + ExampleJobs.SPIRALS_SWEEP + " --server http://10.0.0.5:8080",
      "  yamabiko sweep " + ExampleJobs.SPIRALS_SWEEP + " --local --out runs/sweep --json"
    })
final class SweepCommand implements Callable<Integer> {

  private final Session session;
  private final LocalRun.Trainer trainer;
  private final Follower.Patience patience;

  @Spec private CommandSpec spec;
  @Mixin private JobArguments arguments;
  @Mixin private ServerOption server;

  @Option(
      names = "--local",
      description = "Train in this process, one trial after the other, without a coordinator.")
  private boolean local;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "With --local: where each trial gets a run directory, new or empty but for --resume"
              + " (default: runs/NAME-TIME).")
  private Optional<Path> out = Optional.empty();

  @Option(
      names = "--workers",
      paramLabel = "N",
      description = "With --local: number of workers (default: one per core).")
  private Optional<String> workers = Optional.empty();

  @Option(
      names = "--resume",
      description =
          "Go on with a sweep: with the trials in --out, or with the coordinator's jobs that have"
              + " the names of trials. Those that there are not yet begin.")
  private boolean resume;

  SweepCommand(Session session, LocalRun.Trainer trainer, Follower.Patience patience) {
    this.session = session;
    this.trainer = trainer;
    this.patience = patience;
  }

  @Override
  public Integer call() {
    if (!local && (out.isPresent() || workers.isPresent())) {
      throw new ParameterException(
          spec.commandLine(), (out.isPresent() ? "--out" : "--workers") + " expects --local");
    }
    if (local && server.option().isPresent()) {
      throw new ParameterException(
          spec.commandLine(),
          server.option().get() + " is of no use with --local, which asks no coordinator");
    }
    Sweep sweep = arguments.readSweep(session);
    return local ? here(sweep) : onCoordinator(sweep);
  }

  private int here(Sweep sweep) {
    int workers = TrainCommand.workers(spec, this.workers);
    OutputDirectory output = output(sweep);
    List<CheckedSweep.Found> trials =
        CheckedSweep.of(sweep, job -> true, directory(output.path())::require, this::say);
    Path directory = resume ? output.path() : output.create();
    LocalSweep run = new LocalSweep(session, trainer, directory(directory), workers);
    session
        .interruption()
        .during(
            () -> {
              run.interrupt();
              session.err().println();
              say("interrupted; ending after the current step ...");
            });
    List<Standing> standings = run.run(trials);
    SweepReport report = new SweepReport(sweep, standings);
    String state = state(report, "cancelled");
    print(report, SweepReport::here);
    if (report.canGoOn()) {
      sayHowToGoOn(" --local --out " + JobArguments.quote(directory));
    }
    session.answer(report.json(state));
    return exitCode(report);
  }

  private SweepDirectory directory(Path path) {
    return new SweepDirectory(path, resume, session.workingDirectory());
  }

  private OutputDirectory output(Sweep sweep) {
    Path working = session.workingDirectory();
    if (!resume) {
      return OutputDirectory.of(out, sweep.name(), LocalDateTime.now(), working);
    }
    Path given =
        out.orElseThrow(
            () ->
                new ParameterException(
                    spec.commandLine(), "--resume expects --out DIR, the directory of the sweep"));
    List<String> trials = sweep.trials().stream().map(Sweep.Trial::name).toList();
    return OutputDirectory.ofResumed(given, working, trials);
  }

  private int onCoordinator(Sweep sweep) {
    Server coordinator = server.server();
    JobUpload upload = new JobUpload(coordinator, this::say);
    CheckedSweep.of(sweep, upload::isToBeChecked, this::say);
    SweepProgress progress = new SweepProgress(session, new SweepTable(sweep));
    QueuedSweep jobs = new QueuedSweep(sweep, coordinator, progress, patience, System::nanoTime);
    session.interruption().during(() -> interrupt(jobs));
    try {
      jobs.queue(upload, resume);
      if (!jobs.isInterrupted()) {
        say("%s: %d trials are queued".formatted(sweep.name(), sweep.trials().size()));
        follow(jobs, progress);
      }
    } catch (RuntimeException e) {
      if (jobs.queued() > 0) {
        leave(jobs, sweep, coordinator, e);
      }
      throw e;
    }
    SweepReport report = new SweepReport(sweep, jobs.standings());
    if (jobs.isInterrupted()) {
      say(
          "detached; %d of %d trials are queued, and go on"
              .formatted(jobs.queued(), sweep.trials().size()));
      sayHowToGoOn(" --server " + coordinator.option());
      session.answer(report.json("detached"));
      return Interruption.EXIT_CODE;
    }
    print(report, standing -> there(standing, coordinator));
    session.answer(report.json(state(report, "detached")));
    return exitCode(report);
  }

  private void interrupt(QueuedSweep jobs) {
    if (jobs.interrupt()) {
      session.err().println();
      say(SubmitCommand.ANSWER_AWAITED);
    }
  }

  private static void follow(QueuedSweep jobs, SweepProgress progress) {
    try {
      jobs.follow();
    } finally {
      progress.leave();
    }
  }

  /** Jobs that nobody looks at any more, because of this. */
  private void leave(QueuedSweep jobs, Sweep sweep, Server coordinator, RuntimeException e) {
    say(
        "%d of %d trials are queued, and may go on; to look: yamabiko jobs --server %s"
            .formatted(jobs.queued(), sweep.trials().size(), coordinator.option()));
    sayHowToGoOn(" --server " + coordinator.option());
    Map<String, Object> answer = new SweepReport(sweep, jobs.standings()).json("failed");
    answer.put(
        "error",
        e instanceof ServerException || InputErrors.isInput(e)
            ? e.getMessage()
            : Main.internalError(e));
    session.answer(answer);
  }

  private static Map<String, String> there(Standing standing, Server coordinator) {
    String id = standing.job().text("id");
    String model = coordinator.url() + Server.job(id, "model");
    Map<String, String> lines = new LinkedHashMap<>();
    lines.put("id", id);
    lines.put("model", "curl -o %s.safetensors %s".formatted(standing.trial().name(), model));
    return lines;
  }

  private void print(SweepReport report, Function<Standing, Map<String, String>> model) {
    session.print(report.text(session.ink(), model, arguments.commandLine()));
  }

  private String state(SweepReport report, String interrupted) {
    if (report.isCompleted()) {
      return "completed";
    }
    return session.interruption().signalled() ? interrupted : "failed";
  }

  private int exitCode(SweepReport report) {
    if (report.isCompleted()) {
      return 0;
    }
    return session.interruption().signalled() ? Interruption.EXIT_CODE : 1;
  }

  private void sayHowToGoOn(String options) {
    say("to go on: yamabiko sweep " + arguments.commandLine() + options + " --resume");
  }

  private void say(String notice) {
    session.err().println("yamabiko: " + notice);
  }
}
