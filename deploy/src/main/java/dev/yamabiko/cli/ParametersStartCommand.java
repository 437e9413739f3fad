package dev.yamabiko.cli;

import dev.yamabiko.cli.settings.NodeFile;
import dev.yamabiko.cli.settings.NodeKind;
import dev.yamabiko.client.ServerException;
import dev.yamabiko.worker.NodeSettings;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs a node that owns parameter slices in this process, until it is told to leave. */
@Command(
    name = "parameters",
    description = {
      "Starts a node that owns weights and optimizer state of a coordinator's jobs.",
      "Workers exchange them with this node then, and not with the coordinator."
    },
    footer = {
      "",
      "Example:",
      "  yamabiko parameters --coordinator 10.0.0.5:2551 --host 10.0.0.7 --tls certs/parameters"
    })
final class ParametersStartCommand implements Callable<Integer> {

  /** Makes it; {@link ClusterNodes#parameters}, but for tests. */
  interface Maker {
    WorkerStartCommand.Node make(NodeSettings settings, int bulkPort);
  }

  private final Session session;
  private final Maker maker;

  @Spec private CommandSpec spec;

  @Mixin private MemberOptions member;

  @Mixin private HealthOptions health;

  @Option(names = "--bulk-port", paramLabel = "P")
  private Optional<Integer> bulkPort = Optional.empty();

  ParametersStartCommand(Session session, Maker maker) {
    this.session = session;
    this.maker = maker;
  }

  @Override
  public Integer call() {
    NodeFile file = member.read(NodeKind.PARAMETERS, session);
    // It needs no dataset.
    NodeSettings settings =
        member.settings(file, session.workingDirectory(), session.workingDirectory(), 0);
    int port = NodeOptions.port(spec, "bulk-port", bulkPort, file);
    Map<String, Integer> ports = new LinkedHashMap<>();
    ports.put("port", settings.port());
    ports.put("bulk-port", port);
    health.requirePorts(file, ports);
    ServiceLog.show();
    TlsOptions.warn(settings.host(), settings.tls());
    WorkerStartCommand.Node node = maker.make(settings, port);
    session.interruption().during(node::leave);
    say("parameters node %s joins %s".formatted(settings.worker(), MemberOptions.told(settings)));
    Optional<String> refusal = health.during(node, file, session);
    if (refusal.isPresent()) {
      throw ServerException.failed(
          "the coordinator refused this parameters node: " + refusal.get(), null);
    }
    say("parameters node %s %s".formatted(settings.worker(), node.end()));
    return 0;
  }

  private void say(String text) {
    session.err().println("yamabiko: " + text);
  }
}
