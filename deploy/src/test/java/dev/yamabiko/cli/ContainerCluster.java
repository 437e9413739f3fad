package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.ContainerNetwork;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.HostConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.output.OutputFrame;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.lifecycle.Startables;
import org.testcontainers.utility.DockerImageName;

/**
 * A coordinator and workers in containers of the project's own image, on a network of their own.
 * What they log is kept in {@code target/containers}, a file for each.
 */
final class ContainerCluster implements AutoCloseable {

  static final String NO_ENGINE =
      "no container engine answers, at DOCKER_HOST or at the usual places";

  private static final String COORDINATOR = "coordinator";
  private static final String IMAGE = "yamabiko:test";
  private static final Path LOGS = Path.of("target", "containers");
  private static final int CONTROL_PORT = 2551;
  private static final int HTTP_PORT = 8080;
  private static final long MEMORY_BYTES = 768L << 20;
  private static final Duration START = Duration.ofMinutes(2);

  private final Network network;
  private final GenericContainer<?> coordinator;
  private final List<GenericContainer<?>> workers = new ArrayList<>();

  static boolean engineAnswers() {
    return DockerClientFactory.instance().isDockerAvailable();
  }

  /** Of the jars that this build has packaged. */
  static void buildImage() throws IOException, InterruptedException {
    Files.createDirectories(LOGS);
    Path log = LOGS.resolve("image.log");
    int code =
        new ProcessBuilder("docker/image.sh", IMAGE)
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start()
            .waitFor();
    assertEquals(0, code, () -> "docker/image.sh failed: " + read(log));
  }

  private static String read(Path log) {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ContainerCluster() {
    network = network();
    coordinator =
        node(
                COORDINATOR,
                "coordinator",
                "--host",
                COORDINATOR,
                "--port",
                String.valueOf(CONTROL_PORT),
                "--http-port",
                String.valueOf(HTTP_PORT),
                "--data",
                "/data")
            .withExposedPorts(HTTP_PORT)
            .waitingFor(Wait.forHttp("/health/ready").forPort(HTTP_PORT).withStartupTimeout(START));
  }

  /**
   * Returns when the coordinator is ready; workers join by and by.
   *
   * @param workerHosts what each worker calls itself, as {@code --host} has it; others may call the
   *     first one worker-1
   */
  static ContainerCluster start(List<String> workerHosts) {
    ContainerCluster cluster = new ContainerCluster();
    try {
      cluster.coordinator.start();
      for (String host : workerHosts) {
        cluster.workers.add(cluster.worker(host));
      }
      Startables.deepStart(cluster.workers).join();
      return cluster;
    } catch (RuntimeException e) {
      cluster.close();
      throw e;
    }
  }

  /** Where the engine is this machine, published ports are its loopback's only. */
  private static Network network() {
    boolean local = DockerClientFactory.instance().dockerHostIpAddress().equals("localhost");
    Map<String, String> options =
        local ? Map.of("com.docker.network.bridge.host_binding_ipv4", "127.0.0.1") : Map.of();
    return Network.builder()
        .createNetworkCmdModifier(command -> command.withOptions(options))
        .build();
  }

  private GenericContainer<?> worker(String host) {
    return node(
        alias(workers.size()),
        "worker",
        "--coordinator",
        COORDINATOR + ":" + CONTROL_PORT,
        "--host",
        host,
        "--threads",
        "1");
  }

  private static String alias(int worker) {
    return "worker-" + (worker + 1);
  }

  private GenericContainer<?> node(String alias, String... command) {
    Path log = LOGS.resolve(alias + ".log");
    truncate(log);
    return new GenericContainer<>(DockerImageName.parse(IMAGE))
        .withImagePullPolicy(image -> false)
        .withNetwork(network)
        .withNetworkAliases(alias)
        .withCreateContainerCmdModifier(
            create -> {
              HostConfig host = create.getHostConfig();
              host.withMemory(MEMORY_BYTES).withMemorySwap(MEMORY_BYTES);
            })
        .withLogConsumer(frame -> append(log, frame))
        .withCommand(command);
  }

  private static void truncate(Path log) {
    try {
      Files.createDirectories(log.getParent());
      Files.write(log, new byte[0]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void append(Path log, OutputFrame frame) {
    try {
      Files.writeString(
          log, frame.getUtf8String(), StandardCharsets.UTF_8, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Of the coordinator's HTTP API, as this JVM reaches it; another one after a restart. */
  URI server() {
    String port =
        engine()
            .inspectContainerCmd(coordinator.getContainerId())
            .exec()
            .getNetworkSettings()
            .getPorts()
            .getBindings()
            .get(ExposedPort.tcp(HTTP_PORT))[0]
            .getHostPortSpec();
    return URI.create("http://%s:%s".formatted(coordinator.getHost(), port));
  }

  // --- Faults -----------------------------------------------------------------------------------

  private static DockerClient engine() {
    return DockerClientFactory.lazyClient();
  }

  /** SIGKILL: nothing of what it had in memory is left. */
  void kill(int worker) {
    engine().killContainerCmd(workers.get(worker).getContainerId()).withSignal("KILL").exec();
  }

  /** The same container again, with the files that it had. */
  void startAgain(int worker) {
    engine().startContainerCmd(workers.get(worker).getContainerId()).exec();
  }

  /** Its processes get no time; its connections stay open, and nobody answers on them. */
  void pause(int worker) {
    engine().pauseContainerCmd(workers.get(worker).getContainerId()).exec();
  }

  void unpause(int worker) {
    engine().unpauseContainerCmd(workers.get(worker).getContainerId()).exec();
  }

  /** No packet reaches it or leaves it. */
  void disconnect(int worker) {
    engine()
        .disconnectFromNetworkCmd()
        .withNetworkId(network.getId())
        .withContainerId(workers.get(worker).getContainerId())
        .withForce(true)
        .exec();
  }

  void connect(int worker) {
    engine()
        .connectToNetworkCmd()
        .withNetworkId(network.getId())
        .withContainerId(workers.get(worker).getContainerId())
        .withContainerNetwork(new ContainerNetwork().withAliases(alias(worker)))
        .exec();
  }

  /** SIGKILL, and the same container again. */
  void restartCoordinator() {
    engine().killContainerCmd(coordinator.getContainerId()).withSignal("KILL").exec();
    engine().startContainerCmd(coordinator.getContainerId()).exec();
  }

  @Override
  public void close() {
    workers.forEach(GenericContainer::stop);
    coordinator.stop();
    network.close();
  }
}
