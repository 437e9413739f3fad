package dev.yamabiko.cli;

import dev.yamabiko.wire.UnusableAddressException;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Where a node answers whoever asks how it is. */
final class HealthOptions {

  /** Images set it, so that nodes and {@link HealthCheck} agree. */
  static final String VARIABLE = "YAMABIKO_HEALTH_PORT";

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--health-port",
      paramLabel = "P",
      description =
          "Port of /health/alive and /health/ready for probes, which says nothing else, in plain"
              + " HTTP at all addresses; 0 for any (default: $"
              + VARIABLE
              + ", else none).")
  private Optional<Integer> port = Optional.empty();

  /**
   * @param ill why the node had better be started anew, if so
   * @param unready why it cannot do its work at the moment, if so
   * @return null where nobody wants to ask
   * @throws UnusableAddressException if the port is taken
   */
  HealthPort open(Supplier<Optional<String>> ill, Supplier<Optional<String>> unready) {
    return port(System.getenv()).map(number -> HealthPort.open(number, ill, unready)).orElse(null);
  }

  /** Runs the node, and tells how it is while it runs; returns as the node does. */
  Optional<String> during(WorkerStartCommand.Node node, Session session) {
    try (HealthPort open = open(node::ill, node::unready)) {
      tell(session, open);
      return node.run();
    }
  }

  /**
   * @param open null where nobody wants to ask
   */
  static void tell(Session session, HealthPort open) {
    if (open != null) {
      session.err().println("yamabiko: probes are answered at port " + open.port());
    }
  }

  Optional<Integer> port(Map<String, String> environment) {
    if (port.isPresent()) {
      return Optional.of(NodeOptions.port(spec, "--health-port", port.get().toString()));
    }
    String given = environment.getOrDefault(VARIABLE, "").strip();
    return given.isEmpty()
        ? Optional.empty()
        : Optional.of(NodeOptions.port(spec, "$" + VARIABLE, given));
  }
}
