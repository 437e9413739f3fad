package dev.yamabiko.cli;

import dev.yamabiko.cli.doctor.Diagnosis;
import dev.yamabiko.cli.doctor.Finding;
import dev.yamabiko.cli.settings.NodeFile;
import dev.yamabiko.cli.settings.NodeKind;
import dev.yamabiko.client.Server;
import dev.yamabiko.client.ServerException;
import dev.yamabiko.job.JobException;
import dev.yamabiko.wire.tls.TlsException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Looks at a machine as a node would find it, and starts nothing. */
@Command(
    name = "doctor",
    description = {
      "Checks this machine for a node that is to be started on it, and says what to do.",
      "Without NODE only what every node needs. Starts nothing, and leaves no file behind."
    },
    footer = {
      "",
      "The files of --tls are tried as the node's, too, where NODE is named.",
      "For a coordinator $YAMABIKO_SERVER is not asked, as that may be the one to be started; --server"
          + " is.",
      "A line begins with ok, warning, unreachable (exit code 1) or problem (exit code 2).",
      "",
      "Examples:",
      "  yamabiko doctor coordinator --config conf/coordinator.conf",
      "  yamabiko doctor worker --coordinator 10.0.0.5:2551 --server http://10.0.0.5:8080"
    })
final class DoctorCommand implements Callable<Integer> {

  /** As the command line says them. */
  static final class Nodes implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Arrays.stream(NodeKind.values()).map(NodeKind::toString).iterator();
    }
  }

  private final Session session;

  @Spec private CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "NODE",
      completionCandidates = Nodes.class,
      description = "What is to be started here: coordinator, worker or parameters.")
  private Optional<String> node = Optional.empty();

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "The file that the node is to be started with.")
  private Optional<Path> config = Optional.empty();

  @Option(names = "--host", paramLabel = "H", description = "As the node would be given it.")
  private Optional<String> host = Optional.empty();

  @Option(names = "--port", paramLabel = "P", description = "As the node would be given it.")
  private Optional<Integer> port = Optional.empty();

  @Option(names = "--http-port", paramLabel = "P", description = "As a coordinator would.")
  private Optional<Integer> httpPort = Optional.empty();

  @Option(
      names = "--bulk-port",
      paramLabel = "P",
      description = "As a coordinator or a parameters node would.")
  private Optional<Integer> bulkPort = Optional.empty();

  @Option(names = "--health-port", paramLabel = "P", description = "As the node would be given it.")
  private Optional<Integer> healthPort = Optional.empty();

  @Option(names = "--data", paramLabel = "DIR", description = "As a coordinator would.")
  private Optional<Path> data = Optional.empty();

  @Option(names = "--tokens", paramLabel = "FILE", description = "As a coordinator would.")
  private Optional<Path> tokens = Optional.empty();

  @Option(names = "--cache", paramLabel = "DIR", description = "As a worker would.")
  private Optional<Path> cache = Optional.empty();

  @Option(
      names = "--coordinator",
      paramLabel = "HOST:PORT",
      description =
          "As a worker or a parameters node would: whether it answers, and both believe each other.")
  private Optional<String> coordinator = Optional.empty();

  @Option(
      names = "--insecure",
      description = "As the node would be given it: plain text beyond this machine is meant so.")
  private boolean insecure;

  @Option(
      names = "--threads",
      paramLabel = "T",
      description = "As a worker or a parameters node would.")
  private Optional<String> threads = Optional.empty();

  @Option(
      names = "--name",
      paramLabel = "N",
      description = "As a worker or a parameters node would.")
  private Optional<String> name = Optional.empty();

  @Option(names = "--log-format", paramLabel = "F", description = "As the node would be given it.")
  private Optional<String> logFormat = Optional.empty();

  @Option(names = "--log-file", paramLabel = "FILE", description = "As the node would be given it.")
  private Optional<Path> logFile = Optional.empty();

  @Mixin private ExtensionOptions extensions;
  @Mixin private ServerOption server;
  @Mixin private JsonOption json;

  DoctorCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    Map<String, Object> options = options();
    Optional<NodeKind> kind = kind(options);
    Diagnosis diagnosis = new Diagnosis();
    try {
      kind.ifPresent(one -> node(diagnosis, one, options));
    } catch (JobException e) {
      diagnosis.wrong("config", e.getMessage());
    }
    try {
      asked(kind).ifPresent(diagnosis::server);
    } catch (ServerException | TlsException e) {
      diagnosis.wrong("http", e.getMessage());
    }
    diagnosis.findings().forEach(finding -> session.print(finding.line()));
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("status", diagnosis.result().toString());
    answer.put("checks", diagnosis.findings().stream().map(Finding::fields).toList());
    session.answer(answer);
    return diagnosis.result().exitCode();
  }

  /** A coordinator that is to be started cannot be asked yet, and the variable means that one. */
  private Optional<Server> asked(Optional<NodeKind> kind) {
    return kind.equals(Optional.of(NodeKind.COORDINATOR)) ? server.named() : server.given();
  }

  private void node(Diagnosis diagnosis, NodeKind kind, Map<String, Object> options) {
    Map<String, Object> given = new LinkedHashMap<>(options);
    HealthOptions.ofEnvironment(spec, System.getenv())
        .ifPresent(number -> given.putIfAbsent("health-port", number));
    NodeFile file = NodeFile.of(kind, config, session.workingDirectory()).with(given);
    Path cache =
        kind == NodeKind.WORKER ? WorkerStartCommand.cache(file, System.getenv()) : Path.of("");
    Optional<Path> certificate =
        server
            .certificate()
            .map(session.workingDirectory()::resolve)
            .or(() -> file.givenPath("tls"));
    String known = NodeOptions.named(spec, file.text("host"));
    diagnosis.node(kind, file, known, certificate, cache);
    tried(diagnosis, "log", () -> log(file));
    tried(diagnosis, "extensions", () -> extensions.useThoseOf(file));
    if (kind != NodeKind.COORDINATOR) {
      tried(diagnosis, "threads", () -> MemberOptions.threads(spec, Optional.empty(), file));
      tried(diagnosis, "name", () -> MemberOptions.name(spec, Optional.empty(), file, known));
      file.given("coordinator")
          .ifPresentOrElse(
              text -> coordinators(diagnosis, text),
              () ->
                  diagnosis.wrong(
                      "coordinator", "it is told no coordinator to join; name it: --coordinator"));
    }
  }

  private void coordinators(Diagnosis diagnosis, String text) {
    tried(
        diagnosis,
        "coordinator",
        () -> diagnosis.coordinators(NodeOptions.addresses(spec, "coordinator", text)));
  }

  /** Only what a node would refuse is worth a line. */
  private static void tried(Diagnosis diagnosis, String check, Runnable asTheNode) {
    try {
      asTheNode.run();
    } catch (ParameterException | JobException e) {
      diagnosis.wrong(check, e.getMessage());
    }
  }

  /** The option goes before the variable, which goes before the file. */
  private void log(NodeFile file) {
    Map<String, String> environment = logFormat.isPresent() ? Map.of() : System.getenv();
    new LogOptions()
        .settings(file, environment, session.workingDirectory())
        .file()
        .ifPresent(LogOptions::requirePlace);
  }

  /** The settings that the command line gives, by their keys. */
  private Map<String, Object> options() {
    Map<String, Object> options = new LinkedHashMap<>();
    host.ifPresent(value -> options.put("host", value));
    port.ifPresent(value -> options.put("port", value));
    httpPort.ifPresent(value -> options.put("http-port", value));
    bulkPort.ifPresent(value -> options.put("bulk-port", value));
    healthPort.ifPresent(value -> options.put("health-port", value));
    tokens.ifPresent(value -> options.put("tokens", value.toString()));
    data.ifPresent(value -> options.put("data", value.toString()));
    cache.ifPresent(value -> options.put("cache", value.toString()));
    coordinator.ifPresent(value -> options.put("coordinator", value));
    if (insecure) {
      options.put("insecure", true);
    }
    threads.ifPresent(value -> options.put("threads", value));
    name.ifPresent(value -> options.put("name", value));
    logFormat.ifPresent(value -> options.put("log-format", value));
    logFile.ifPresent(value -> options.put("log-file", value.toString()));
    return options;
  }

  private Optional<NodeKind> kind(Map<String, Object> options) {
    List<String> nodes = Arrays.stream(NodeKind.values()).map(NodeKind::toString).toList();
    if (node.isEmpty()) {
      if (config.isPresent() || !options.isEmpty()) {
        String option = config.isPresent() ? "config" : options.keySet().iterator().next();
        throw refused(
            "--%s expects the node that it is for: %s".formatted(option, String.join(", ", nodes)));
      }
      return Optional.empty();
    }
    NodeKind kind =
        NodeKind.of(node.get())
            .orElseThrow(
                () ->
                    refused(
                        "expected %s but got %s".formatted(String.join(", ", nodes), node.get())));
    for (String key : options.keySet()) {
      if (!NodeFile.knows(kind, key)) {
        throw refused("a %s has no --%s".formatted(kind, key));
      }
    }
    return Optional.of(kind);
  }

  private ParameterException refused(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
