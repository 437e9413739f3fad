package dev.yamabiko.cli;

import dev.yamabiko.coordinator.CoordinatorSettings;
import dev.yamabiko.worker.NodeSettings;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What nodes are told that join a coordinator. */
final class MemberOptions {

  private static final int MOST_THREADS = 1024;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

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
      names = "--name",
      paramLabel = "N",
      description = "Its name in the cluster (default: HOST-PID-xxxx).")
  private Optional<String> name = Optional.empty();

  @Mixin private ExtensionOptions extensions;

  /**
   * @param cache directory for datasets
   * @param cacheBytes what datasets may take there
   */
  NodeSettings settings(Path cache, long cacheBytes) {
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
    String called = name.orElseGet(() -> defaultName(own));
    if (!called.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,127}")) {
      throw refused(
          "--name expects at most 128 letters, digits, \".\", \"_\" or \"-\" but got " + called);
    }
    return new NodeSettings(
        called,
        coordinators,
        own,
        NodeOptions.port(spec, "--port", port).orElse(0),
        count,
        cache,
        cacheBytes);
  }

  /** The coordinators that it was told of. */
  static String told(NodeSettings settings) {
    return settings.coordinators().stream()
        .map(NodeSettings.Peer::toString)
        .collect(Collectors.joining(", "));
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
