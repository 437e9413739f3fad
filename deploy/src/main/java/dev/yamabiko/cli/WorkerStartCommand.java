package dev.yamabiko.cli;

import dev.yamabiko.coordinator.CoordinatorSettings;
import dev.yamabiko.worker.NodeSettings;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs a worker in this process until it is told to leave. */
@Command(
    name = "worker",
    description = "Starts a worker, which joins a coordinator and computes for its jobs.",
    footer = {"", "Example:", "  yamabiko worker --coordinator 10.0.0.5:2551 --host 10.0.0.6"})
final class WorkerStartCommand implements Callable<Integer> {

  /** A worker's process. */
  interface Node {
    /**
     * Blocks until it has left.
     *
     * @return why the coordinator refused it; empty if it left in good order
     */
    Optional<String> run();

    /** Ends {@link #run}; for another thread. */
    void leave();
  }

  /** Makes it; {@link ClusterNodes#worker}, but for tests. */
  interface Maker {
    Node make(NodeSettings settings);
  }

  private static final int MOST_THREADS = 1024;
  private static final long CACHE_BYTES = 20L << 30;

  private final Session session;
  private final Maker maker;

  @Spec private CommandSpec spec;

  @Option(
      names = "--coordinator",
      required = true,
      paramLabel = "HOST:PORT",
      description =
          "The coordinator to join, as it calls itself; of several nodes, any of them, or more than"
              + " one with commas between.")
  private String coordinator;

  @Option(
      names = "--host",
      paramLabel = "H",
      description =
          "The address at which it listens, and by which others know it; auto for this machine's"
              + " name (default: 127.0.0.1).")
  private String host = CoordinatorSettings.DEFAULT_HOST;

  @Option(
      names = "--port",
      paramLabel = "P",
      description = "Port of control messages (default: any).")
  private Optional<Integer> port = Optional.empty();

  @Option(
      names = "--threads",
      paramLabel = "T",
      description = "Threads that compute (default: one per core). It does not change a bit.")
  private Optional<Integer> threads = Optional.empty();

  @Option(
      names = "--cache",
      paramLabel = "DIR",
      description =
          "Where datasets are kept (default: worker in $YAMABIKO_CACHE or ~/.cache/yamabiko).")
  private Optional<Path> cache = Optional.empty();

  @Option(
      names = "--name",
      paramLabel = "N",
      description = "Its name in the cluster (default: HOST-PID-xxxx).")
  private Optional<String> name = Optional.empty();

  WorkerStartCommand(Session session, Maker maker) {
    this.session = session;
    this.maker = maker;
  }

  @Override
  public Integer call() {
    NodeSettings settings = settings(System.getenv());
    NodeDirectory.require("--cache", settings.cache());
    ServiceLog.show();
    Node node = maker.make(settings);
    session.interruption().during(node::leave);
    session
        .err()
        .println(
            "yamabiko: worker %s joins %s with %d threads"
                .formatted(
                    settings.worker(),
                    settings.coordinators().stream()
                        .map(NodeSettings.Peer::toString)
                        .collect(Collectors.joining(", ")),
                    settings.threads()));
    Optional<String> refusal = node.run();
    if (refusal.isPresent()) {
      throw ServerException.failed("the coordinator refused this worker: " + refusal.get(), null);
    }
    session.err().println("yamabiko: worker " + settings.worker() + " has left");
    return 0;
  }

  NodeSettings settings(Map<String, String> environment) {
    List<NodeSettings.Peer> coordinators =
        Arrays.stream(coordinator.split(",", -1))
            .map(text -> NodeOptions.address(spec, "--coordinator", text.strip()))
            .toList();
    int count = threads.orElse(Runtime.getRuntime().availableProcessors());
    if (count < 1 || count > MOST_THREADS) {
      throw refused(
          "--threads expects a number from 1 to %d but got %d".formatted(MOST_THREADS, count));
    }
    String own = NodeOptions.host(spec, "--host", host);
    String worker = name.orElseGet(() -> defaultName(own));
    if (!worker.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,127}")) {
      throw refused(
          "--name expects at most 128 letters, digits, \".\", \"_\" or \"-\" but got " + worker);
    }
    Path directory =
        cache
            .map(session.workingDirectory()::resolve)
            .orElseGet(() -> defaultCache(environment))
            .toAbsolutePath()
            .normalize();
    return new NodeSettings(
        worker,
        coordinators,
        own,
        NodeOptions.port(spec, "--port", port).orElse(0),
        count,
        directory,
        CACHE_BYTES);
  }

  private static Path defaultCache(Map<String, String> environment) {
    String given = environment.getOrDefault("YAMABIKO_CACHE", "");
    Path all =
        given.isBlank()
            ? Path.of(System.getProperty("user.home"), ".cache", "yamabiko")
            : Path.of(given);
    return all.resolve("worker");
  }

  /** Unique in a cluster: the machine, the process, and chance for the rest. */
  private static String defaultName(String host) {
    String machine = host;
    if (host.equals(CoordinatorSettings.DEFAULT_HOST)) {
      try {
        machine = InetAddress.getLocalHost().getHostName();
      } catch (UnknownHostException e) {
        // The address has to do.
      }
    }
    return "%s-%d-%04x"
        .formatted(
            machine.replaceAll("[^A-Za-z0-9.-]", "-").replaceFirst("^[^A-Za-z0-9]+", ""),
            ProcessHandle.current().pid(),
            ThreadLocalRandom.current().nextInt(1 << 16));
  }

  private ParameterException refused(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
