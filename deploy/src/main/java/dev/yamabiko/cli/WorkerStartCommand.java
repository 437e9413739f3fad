package dev.yamabiko.cli;

import dev.yamabiko.cli.settings.NodeFile;
import dev.yamabiko.cli.settings.NodeKind;
import dev.yamabiko.client.ServerException;
import dev.yamabiko.data.CacheHome;
import dev.yamabiko.worker.NodeSettings;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs a worker in this process until it is told to leave. */
@Command(
    name = "worker",
    description = "Starts a worker, which joins a coordinator and computes for its jobs.",
    footer = {
      "",
      "Example:",
      "  yamabiko worker --coordinator 10.0.0.5:2551 --host 10.0.0.6 --tls certs/worker"
    })
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

    /** Why the process had better be started anew; empty if it had not. */
    default Optional<String> ill() {
      return Optional.empty();
    }

    /** Why it cannot do its work at the moment; empty if it can. */
    default Optional<String> unready() {
      return Optional.empty();
    }

    /** Whether it was ever let in. */
    default boolean hasJoined() {
      return true;
    }

    /** What has become of it, once it has run. */
    default String end() {
      return hasJoined() ? "has left" : "has ended; it had not joined";
    }
  }

  /** Makes it; {@link ClusterNodes#worker}, but for tests. */
  interface Maker {
    Node make(NodeSettings settings);
  }

  private final Session session;
  private final Maker maker;

  @Mixin private MemberOptions member;

  @Mixin private HealthOptions health;

  @Option(names = "--cache", paramLabel = "DIR")
  private Optional<Path> cache = Optional.empty();

  WorkerStartCommand(Session session, Maker maker) {
    this.session = session;
    this.maker = maker;
  }

  @Override
  public Integer call() {
    NodeFile file = member.read(NodeKind.WORKER, session);
    NodeSettings settings = settings(file, System.getenv());
    health.requirePorts(file, Map.of("port", settings.port()));
    NodeDirectory.require("--cache", settings.cache());
    ServiceLog.show();
    TlsOptions.warn(settings.host(), settings.tls());
    Node node = maker.make(settings);
    session.interruption().during(node::leave);
    session
        .err()
        .println(
            "yamabiko: worker %s joins %s with %d %s"
                .formatted(
                    settings.worker(),
                    MemberOptions.told(settings),
                    settings.threads(),
                    settings.threads() == 1 ? "thread" : "threads"));
    Optional<String> refusal = health.during(node, file, session);
    if (refusal.isPresent()) {
      throw ServerException.failed("the coordinator refused this worker: " + refusal.get(), null);
    }
    session.err().println("yamabiko: worker " + settings.worker() + " " + node.end());
    return 0;
  }

  private NodeSettings settings(NodeFile file, Map<String, String> environment) {
    Path directory =
        cache.map(session.workingDirectory()::resolve).orElseGet(() -> cache(file, environment));
    return member.settings(
        file,
        session.workingDirectory(),
        directory.toAbsolutePath().normalize(),
        file.bytes("cache-bytes"));
  }

  /** Where a worker keeps datasets that no option tells. */
  static Path cache(NodeFile file, Map<String, String> environment) {
    return file.isAuto("cache") ? CacheHome.of(environment).resolve("worker") : file.path("cache");
  }
}
