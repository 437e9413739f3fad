package dev.yamabiko.cli;

import dev.yamabiko.cli.log.ProcessLog;
import dev.yamabiko.cli.settings.NodeFile;
import dev.yamabiko.cli.settings.NodeKind;
import dev.yamabiko.wire.tls.TlsFiles;
import dev.yamabiko.worker.NodeSettings;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
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

  /** Tells nobody which machine it is. */
  private static final String LOOPBACK = "127.0.0.1";

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Mixin private ConfigOption config;

  @Option(names = "--coordinator", paramLabel = "HOST:PORT")
  private Optional<String> coordinator = Optional.empty();

  @Option(names = "--host", paramLabel = "H")
  private Optional<String> host = Optional.empty();

  @Option(names = "--port", paramLabel = "P")
  private Optional<Integer> port = Optional.empty();

  @Option(names = "--threads", paramLabel = "T")
  private Optional<String> threads = Optional.empty();

  @Option(names = "--name", paramLabel = "N")
  private Optional<String> name = Optional.empty();

  @Mixin private TlsOptions tls;

  @Mixin private ExtensionOptions extensions;
  @Mixin private LogOptions log;

  /** The node's file, of which what concerns the whole process is in force from now on. */
  NodeFile read(NodeKind kind, Session session) {
    NodeFile file = config.read(kind, session);
    log.use(file, session);
    extensions.useThoseOf(file);
    return file;
  }

  /**
   * @param working what relative paths are relative to
   * @param cache directory for datasets
   * @param cacheBytes what datasets may take there
   */
  NodeSettings settings(NodeFile file, Path working, Path cache, long cacheBytes) {
    String own = NodeOptions.host(spec, host, file);
    String called = name(spec, name, file, own);
    ProcessLog.tell("worker", called);
    Optional<TlsFiles> files = tls.files(file, working);
    tls.requireSafe(own, files, file);
    return new NodeSettings(
        called,
        coordinators(file),
        own,
        NodeOptions.port(spec, "port", port, file),
        threads(spec, threads, file),
        cache,
        cacheBytes,
        files);
  }

  private List<NodeSettings.Peer> coordinators(NodeFile file) {
    Optional<String> given = coordinator.or(() -> file.given("coordinator"));
    if (given.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "Missing required option: '--coordinator=HOST:PORT'");
    }
    return NodeOptions.addresses(spec, named("coordinator", coordinator, file), given.get());
  }

  /** Of the option, else of the file. */
  static int threads(CommandSpec spec, Optional<String> option, NodeFile file) {
    String given = option.orElseGet(() -> file.text("threads"));
    return given.equals(NodeOptions.AUTO)
        ? Math.min(MOST_THREADS, Runtime.getRuntime().availableProcessors())
        : NodeOptions.number(spec, named("threads", option, file), given, MOST_THREADS);
  }

  /** The same; auto is a name of this machine and process. */
  static String name(CommandSpec spec, Optional<String> option, NodeFile file, String host) {
    String given = option.orElseGet(() -> file.text("name"));
    String called = given.equals(NodeOptions.AUTO) ? defaultName(host) : given;
    if (!called.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,127}")) {
      throw new ParameterException(
          spec.commandLine(),
          "%s expects at most 128 letters, digits, \".\", \"_\" or \"-\" but got %s"
              .formatted(named("name", option, file), called));
    }
    return called;
  }

  /** What a message calls a setting. */
  private static String named(String key, Optional<String> option, NodeFile file) {
    return option.isPresent() ? "--" + key : file.where(key);
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
    if (host.equals(LOOPBACK)) {
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
}
