package dev.yamabiko.cli;

import dev.yamabiko.cli.settings.NodeFile;
import dev.yamabiko.cli.settings.NodeKind;
import dev.yamabiko.client.ServerException;
import dev.yamabiko.coordinator.CoordinatorSettings;
import dev.yamabiko.wire.tls.TlsFiles;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs a coordinator in this process until it is told to end. */
@Command(
    name = "coordinator",
    description = "Starts a coordinator, which workers join and jobs are submitted to.",
    footer = {
      "",
      "Example:",
      "  yamabiko coordinator --host 10.0.0.5 --tls certs/coordinator --data /var/lib/yamabiko"
    })
final class CoordinatorStartCommand implements Callable<Integer> {

  /** A coordinator's process. */
  interface Node extends AutoCloseable {
    /** Of control messages. */
    int port();

    InetSocketAddress httpAddress();

    /** Completes when the node has ended by itself, with why. */
    CompletableFuture<String> ended();

    /** Why the process had better be started anew; empty if it had not. */
    default Optional<String> ill() {
      return Optional.empty();
    }

    /** Why it cannot do its work at the moment; empty if it can. */
    default Optional<String> unready() {
      return Optional.empty();
    }

    /** The HTTP API of the node that has the coordinator; empty if it is this one. */
    default Optional<String> standsBy() {
      return Optional.empty();
    }

    @Override
    void close();
  }

  /** Starts it; {@link ClusterNodes#coordinator}, but for tests. */
  interface Starter {
    Node start(CoordinatorSettings settings) throws IOException;
  }

  private final Session session;
  private final Starter starter;

  @Spec private CommandSpec spec;

  @Mixin private ConfigOption config;

  @Option(names = "--host", paramLabel = "H")
  private Optional<String> host = Optional.empty();

  @Option(names = "--port", paramLabel = "P")
  private Optional<Integer> port = Optional.empty();

  @Option(names = "--http-port", paramLabel = "P")
  private Optional<Integer> httpPort = Optional.empty();

  @Option(names = "--bulk-port", paramLabel = "P")
  private Optional<Integer> bulkPort = Optional.empty();

  @Option(names = "--data", paramLabel = "DIR")
  private Optional<Path> data = Optional.empty();

  @Mixin private TlsOptions tls;
  @Mixin private AccessOptions access;

  @Mixin private HealthOptions health;

  @Mixin private ExtensionOptions extensions;
  @Mixin private LogOptions log;

  CoordinatorStartCommand(Session session, Starter starter) {
    this.session = session;
    this.starter = starter;
  }

  @Override
  public Integer call() {
    NodeFile file = config.read(NodeKind.COORDINATOR, session);
    log.use(file, session);
    extensions.useThoseOf(file);
    CoordinatorSettings settings = settings(file);
    health.requirePorts(file, ports(settings));
    NodeDirectory data = NodeDirectory.require("--data", settings.data());
    ServiceLog.show();
    TlsOptions.warn(settings.host(), settings.tls());
    if (!settings.httpHost().equals(settings.host())) {
      TlsOptions.warn(settings.httpHost(), settings.tls());
    }
    TlsOptions.warnOfOthersCertificate(settings.apiHost(), settings.tls());
    CompletableFuture<Void> told = new CompletableFuture<>();
    session.interruption().during(() -> told.complete(null));
    try (Node node = start(settings, data);
        HealthPort port = health.open(file, node::ill, node::unready)) {
      say(
          "coordinator ready%s; jobs: %s://%s:%d; workers join with: yamabiko worker --coordinator %s:%d"
              .formatted(
                  node.standsBy().map(url -> ", stands by for the one at " + url).orElse(""),
                  settings.tls().isPresent() ? "https" : "http",
                  settings.apiHost(),
                  node.httpAddress().getPort(),
                  settings.host(),
                  node.port()));
      HealthOptions.tell(session, port);
      CompletableFuture.anyOf(node.ended(), told).join();
      if (!told.isDone()) {
        throw ServerException.failed(
            "the coordinator has ended by itself: " + node.ended().join(), null);
      }
    } catch (IOException e) {
      throw ServerException.failed(e.getMessage(), e);
    }
    say("coordinator ended");
    return 0;
  }

  private static Map<String, Integer> ports(CoordinatorSettings settings) {
    Map<String, Integer> ports = new LinkedHashMap<>();
    ports.put("port", settings.port());
    ports.put("http-port", settings.httpPort());
    ports.put("bulk-port", settings.bulkPort());
    return ports;
  }

  private Node start(CoordinatorSettings settings, NodeDirectory data) throws IOException {
    try {
      return starter.start(settings);
    } catch (IOException | RuntimeException e) {
      data.undo();
      throw e;
    }
  }

  private CoordinatorSettings settings(NodeFile file) {
    List<Path> roots = file.paths("data-roots");
    for (Path root : roots) {
      if (!Files.isDirectory(root)) {
        throw file.wrong("data-roots", "directories", root + ", which is none");
      }
    }
    Path working = session.workingDirectory();
    String own = NodeOptions.host(spec, host, file);
    Optional<TlsFiles> files = tls.files(file, working);
    tls.requireSafe(own, files, file);
    String http = NodeOptions.httpHost(spec, own, file);
    tls.requireSafe(file.where("http-host") + ": ", http, files, file);
    return new CoordinatorSettings(
        own,
        http,
        NodeOptions.port(spec, "port", port, file),
        NodeOptions.port(spec, "http-port", httpPort, file),
        NodeOptions.port(spec, "bulk-port", bulkPort, file),
        data.map(working::resolve).orElseGet(() -> file.path("data")).toAbsolutePath().normalize(),
        roots,
        file.bytes("upload-bytes"),
        file.bytes("dataset-bytes"),
        file.flag("allow-other-fingerprints"),
        access.access(file, working).with(files));
  }

  private void say(String text) {
    session.err().println("yamabiko: " + text);
  }
}
