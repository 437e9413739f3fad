package dev.yamabiko.cli;

import dev.yamabiko.client.ServerException;
import dev.yamabiko.coordinator.CoordinatorSettings;
import dev.yamabiko.job.JobException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
    footer = {"", "Example:", "  yamabiko coordinator --host 10.0.0.5 --data /var/lib/yamabiko"})
final class CoordinatorStartCommand implements Callable<Integer> {

  /** A coordinator's process. */
  interface Node extends AutoCloseable {
    /** Of control messages. */
    int port();

    InetSocketAddress httpAddress();

    /** Completes when the node has ended by itself, with why. */
    CompletableFuture<String> ended();

    @Override
    void close();
  }

  /** Starts it; {@link ClusterNodes#coordinator}, but for tests. */
  interface Starter {
    Node start(CoordinatorSettings settings) throws IOException;
  }

  private static final Path DEFAULT_DATA = Path.of("yamabiko-data");

  private final Session session;
  private final Starter starter;

  @Spec private CommandSpec spec;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Settings in HOCON; options on the command line go before them.")
  private Optional<Path> config = Optional.empty();

  @Option(
      names = "--host",
      paramLabel = "H",
      description =
          "The address at which it listens, and by which workers know it; auto for this machine's"
              + " name (default: 127.0.0.1).")
  private Optional<String> host = Optional.empty();

  @Option(
      names = "--port",
      paramLabel = "P",
      description = "Port that workers join; 0 for any (default: 2551).")
  private Optional<Integer> port = Optional.empty();

  @Option(
      names = "--http-port",
      paramLabel = "P",
      description = "Port of the HTTP API; 0 for any (default: 8080).")
  private Optional<Integer> httpPort = Optional.empty();

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Where jobs, runs and uploads are kept (default: ./yamabiko-data).")
  private Optional<Path> data = Optional.empty();

  @Mixin private AccessOptions access;
  @Mixin private ExtensionOptions extensions;

  CoordinatorStartCommand(Session session, Starter starter) {
    this.session = session;
    this.starter = starter;
  }

  @Override
  public Integer call() {
    CoordinatorSettings settings = settings();
    NodeDirectory.require("--data", settings.data());
    ServiceLog.show();
    CompletableFuture<Void> told = new CompletableFuture<>();
    session.interruption().during(() -> told.complete(null));
    try (Node node = starter.start(settings)) {
      say(
          "coordinator ready; jobs: %s://%s:%d; workers join with: yamabiko worker --coordinator %s:%d"
              .formatted(
                  settings.access().tls().isPresent() ? "https" : "http",
                  settings.host(),
                  node.httpAddress().getPort(),
                  settings.host(),
                  node.port()));
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

  private CoordinatorSettings settings() {
    Path working = session.workingDirectory();
    CoordinatorFile file =
        config
            .map(path -> CoordinatorFile.read(working.resolve(path)))
            .orElse(CoordinatorFile.none());
    Path directory =
        data.map(working::resolve).or(file::data).orElse(working.resolve(DEFAULT_DATA));
    List<Path> roots = file.dataRoots();
    for (Path root : roots) {
      if (!Files.isDirectory(root)) {
        throw new JobException("data-roots: no such directory: " + root);
      }
    }
    return new CoordinatorSettings(
        NodeOptions.host(
            spec,
            host.isPresent() ? "--host" : "host in --config",
            host.or(file::host).orElse(CoordinatorSettings.DEFAULT_HOST)),
        NodeOptions.port(spec, "--port", port)
            .or(() -> file.port("port"))
            .orElse(CoordinatorSettings.DEFAULT_PORT),
        NodeOptions.port(spec, "--http-port", httpPort)
            .or(() -> file.port("http-port"))
            .orElse(CoordinatorSettings.DEFAULT_HTTP_PORT),
        file.port("bulk-port").orElse(0),
        directory.toAbsolutePath().normalize(),
        roots,
        file.bytes("upload-bytes").orElse(CoordinatorSettings.DEFAULT_UPLOAD_BYTES),
        file.bytes("dataset-bytes").orElse(CoordinatorSettings.DEFAULT_DATASET_BYTES),
        file.allowOtherFingerprints(),
        access.access(file, working));
  }

  private void say(String text) {
    session.err().println("yamabiko: " + text);
  }
}
