package dev.yamabiko.cli;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.yamabiko.cli.forecast.Calibration;
import dev.yamabiko.cli.forecast.Costs;
import dev.yamabiko.cli.forecast.Link;
import dev.yamabiko.cli.forecast.Outlook;
import dev.yamabiko.cli.forecast.Setting;
import dev.yamabiko.cli.forecast.StepModel;
import dev.yamabiko.coordinator.CheckedJob;
import dev.yamabiko.job.Plan;
import dev.yamabiko.model.Checkpoint;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** How long a step would take on a cluster that is not there yet. */
@Command(
    name = "plan",
    description = {
      "Forecasts the time of a step on a cluster, and recommends shards, slices and workers.",
      "Measures the job's costs on this machine for a few seconds; trains nothing. Every node is",
      "taken to be such a machine."
    },
    footer = {
      "",
      "Example:",
      "  yamabiko plan " + ExampleJobs.DIGITS + " --workers 16 --bandwidth 10Gb --latency 50us"
    })
final class PlanCommand implements Callable<Integer> {

  private static final int MOST_WORKERS = 1024;
  private static final int MOST_THREADS = 1024;

  private final Session session;

  @Spec private CommandSpec spec;
  @Mixin private JobArguments arguments;

  @Option(
      names = "--workers",
      paramLabel = "N",
      description = "Forecast for 1, 2, 4, ... and N workers (default: 16).")
  private String workers = "16";

  @Option(
      names = "--bandwidth",
      paramLabel = "RATE",
      description = "Of each node's link, both ways: 10Gb, 1Gb/s, 100Mb (default: 10Gb).")
  private String bandwidth = "10Gb";

  @Option(
      names = "--latency",
      paramLabel = "TIME",
      description = "From one node to another, one way: 50us, 1ms (default: 50us).")
  private String latency = "50us";

  @Option(
      names = "--threads",
      paramLabel = "T",
      description = "Threads that each worker computes on (default: one per core).")
  private Optional<String> threads = Optional.empty();

  @Option(
      names = "--cores",
      paramLabel = "C",
      description =
          "All processes share one machine with so many cores (default: each has its own machine).")
  private Optional<String> cores = Optional.empty();

  PlanCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    int most = number("--workers", workers, MOST_WORKERS);
    double bits = NetworkOptions.bandwidth(spec, "--bandwidth", bandwidth);
    double seconds = NetworkOptions.latency(spec, "--latency", latency);
    int each =
        threads
            .map(text -> number("--threads", text, MOST_THREADS))
            .orElse(Runtime.getRuntime().availableProcessors());
    OptionalInt shared =
        cores
            .map(text -> OptionalInt.of(number("--cores", text, MOST_THREADS)))
            .orElse(OptionalInt.empty());
    CheckedJob checked = arguments.checked(session);
    Checkpoint begin = checked.start(notice -> session.err().println("yamabiko: " + notice));
    Plan plan = checked.plan(most);
    Setting setting =
        new Setting(
            checked.network().length(),
            plan.steps(),
            checked.job().workers().most(),
            bytesOf("gradients", checked),
            bytesOf("weights", checked),
            each,
            shared,
            new Link(bits, seconds));
    session.err().println("yamabiko: measuring what a step costs on this machine ...");
    boolean contended = each > 1 || shared.isPresent();
    Costs costs = Calibration.measure(checked, begin, each, contended);
    Outlook outlook = Outlook.of(new StepModel(costs), setting, most);
    OutlookText text = new OutlookText(checked, setting, costs, outlook);
    session.print(text.text().stripTrailing());
    session.answer(text.json());
    return 0;
  }

  private int number(String name, String text, int most) {
    return NodeOptions.number(spec, name, text, most);
  }

  /** Of a float on the wire, where the job says how they are sent. */
  private static double bytesOf(String what, CheckedJob checked) {
    Config job = ConfigFactory.parseString(checked.job().resolved());
    String key = "communication." + what;
    boolean half = job.hasPath(key) && job.getString(key).equals("bfloat16");
    return half ? Short.BYTES : Float.BYTES;
  }
}
