package dev.yamabiko.cli;

import dev.yamabiko.cli.settings.NodeFile;
import dev.yamabiko.cli.settings.Port;
import dev.yamabiko.cli.settings.Ports;
import dev.yamabiko.wire.UnusableAddressException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Where a node answers whoever asks how it is. */
final class HealthOptions {

  /** Images set it, so that nodes and {@link HealthCheck} agree. */
  static final String VARIABLE = "YAMABIKO_HEALTH_PORT";

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(names = "--health-port", paramLabel = "P")
  private Optional<Integer> port = Optional.empty();

  /**
   * @param file what neither the option nor the variable says
   * @param ill why the node had better be started anew, if so
   * @param unready why it cannot do its work at the moment, if so
   * @return null where nobody wants to ask
   * @throws UnusableAddressException if the port is taken
   */
  HealthPort open(
      NodeFile file, Supplier<Optional<String>> ill, Supplier<Optional<String>> unready) {
    return port(file, System.getenv())
        .map(number -> HealthPort.open(number, ill, unready))
        .orElse(null);
  }

  /**
   * Before a node makes anything: no two of its ports are alike, and that for probes can be had.
   *
   * @param ports of the node, by key; 0 is any that is free
   * @throws UnusableAddressException if the port is taken
   */
  void requirePorts(NodeFile file, Map<String, Integer> ports) {
    Map<String, Integer> all = new LinkedHashMap<>(ports);
    Optional<Integer> own = port(file, System.getenv());
    own.ifPresent(number -> all.put("health-port", number));
    Ports taken = new Ports();
    all.forEach((key, number) -> taken.add(key, number).ifPresent(this::refuse));
    own.ifPresent(number -> Port.requireFree(Port.ANYWHERE, number, HealthPort.USE));
  }

  private void refuse(String fault) {
    throw new ParameterException(spec.commandLine(), fault);
  }

  /** Runs the node, and tells how it is while it runs; returns as the node does. */
  Optional<String> during(WorkerStartCommand.Node node, NodeFile file, Session session) {
    try (HealthPort open = open(file, node::ill, node::unready)) {
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

  /** The variable goes before the file, so that an image's check asks where the node answers. */
  Optional<Integer> port(NodeFile file, Map<String, String> environment) {
    if (port.isPresent()) {
      return Optional.of(NodeOptions.port(spec, "--health-port", port.get().toString()));
    }
    Optional<Integer> given = ofEnvironment(spec, environment);
    return given.isPresent() ? given : file.givenPort("health-port");
  }

  /** What the variable says, if it is set. */
  static Optional<Integer> ofEnvironment(CommandSpec spec, Map<String, String> environment) {
    String given = environment.getOrDefault(VARIABLE, "").strip();
    return given.isEmpty()
        ? Optional.empty()
        : Optional.of(NodeOptions.port(spec, "$" + VARIABLE, given));
  }
}
