package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.ContainerNetwork;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Mount;
import com.github.dockerjava.api.model.MountType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.output.OutputFrame;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.lifecycle.Startables;
import org.testcontainers.utility.DockerImageName;

/**
 * Coordinators, on one volume, and workers in containers of the project's own image, on a network
 * of their own, with a read-only root file system and without any right. What they log is kept
 * below {@code target/containers}, a file for each.
 */
final class ContainerCluster implements AutoCloseable {

  static final String NO_ENGINE =
      "no container engine answers, at DOCKER_HOST or at the usual places";

  private static final String COORDINATOR = "coordinator";
  private static final String IMAGE = "yamabiko:test";
  private static final Path TARGET = Path.of("target", "containers");
  private static final int CONTROL_PORT = 2551;
  private static final int HTTP_PORT = 8080;
  private static final long MEMORY_BYTES = 768L << 20;
  private static final int GRACE_SECONDS = 30;
  private static final Duration START = Duration.ofMinutes(2);

  private final Path logs;
  private final Network network;
  private final String volume = "yamabiko-" + UUID.randomUUID();
  private final List<GenericContainer<?>> coordinators = new ArrayList<>();
  private final List<GenericContainer<?>> workers = new ArrayList<>();

  static boolean engineAnswers() {
    return DockerClientFactory.instance().isDockerAvailable();
  }

  /** Of the jars that this build has packaged; one test's class after the other. */
  static void buildImage() throws IOException, InterruptedException {
    Files.createDirectories(TARGET);
    Path log = TARGET.resolve("image.log");
    try (FileChannel lock =
        FileChannel.open(
            TARGET.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      lock.lock();
      int code =
          new ProcessBuilder("docker/image.sh", IMAGE)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start()
              .waitFor();
      assertEquals(0, code, () -> "docker/image.sh failed: " + read(log));
    }
  }

  private static String read(Path log) {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ContainerCluster(String name) {
    logs = TARGET.resolve(name);
    network = network();
  }

  private GenericContainer<?> coordinator(String name) {
    return node(
            name,
            "coordinator",
            "--host",
            name,
            "--port",
            String.valueOf(CONTROL_PORT),
            "--http-port",
            String.valueOf(HTTP_PORT),
            "--data",
            "/data",
            "--insecure")
        .withCreateContainerCmdModifier(
            create ->
                create
                    .getHostConfig()
                    .withMounts(
                        List.of(
                            new Mount()
                                .withType(MountType.VOLUME)
                                .withSource(volume)
                                .withTarget("/data"))))
        .withExposedPorts(HTTP_PORT)
        .waitingFor(Wait.forHttp("/health/ready").forPort(HTTP_PORT).withStartupTimeout(START));
  }

  /**
   * Returns when the coordinators are ready; the first one has the jobs. Workers join by and by,
   * told of the first coordinator only.
   *
   * @param name of the directory for what its nodes log
   * @param count of coordinators
   * @param workerHosts what each worker calls itself, as {@code --host} has it; others may call the
   *     first one worker-1
   */
  static ContainerCluster start(String name, int count, List<String> workerHosts) {
    ContainerCluster cluster = new ContainerCluster(name);
    try {
      for (int i = 1; i <= count; i++) {
        GenericContainer<?> next = cluster.coordinator(i == 1 ? COORDINATOR : COORDINATOR + i);
        cluster.coordinators.add(next);
        next.start();
      }
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
        "1",
        "--insecure");
  }

  private static String alias(int worker) {
    return "worker-" + (worker + 1);
  }

  private GenericContainer<?> node(String alias, String... command) {
    Path log = logs.resolve(alias + ".log");
    truncate(log);
    return new GenericContainer<>(DockerImageName.parse(IMAGE))
        .withImagePullPolicy(image -> false)
        .withNetwork(network)
        .withNetworkAliases(alias)
        .withCreateContainerCmdModifier(
            create -> {
              HostConfig host = create.getHostConfig();
              host.withMemory(MEMORY_BYTES).withMemorySwap(MEMORY_BYTES);
              host.withReadonlyRootfs(true).withTmpFs(Map.of("/tmp", "exec,mode=1777"));
              host.withCapDrop(Capability.ALL).withSecurityOpts(List.of("no-new-privileges"));
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

  /** Of the first coordinator's HTTP API, as this JVM reaches it; another one after a restart. */
  URI server() {
    return server(0);
  }

  /** Of this coordinator's, as they were started. */
  URI server(int index) {
    GenericContainer<?> coordinator = coordinators.get(index);
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

  /** What the image's own check says of a worker's container: ready, or why not. */
  String health(int worker) throws IOException, InterruptedException {
    List<String> check =
        engine().inspectImageCmd(IMAGE).exec().getConfig().getHealthcheck().getTest();
    return workers
        .get(worker)
        .execInContainer(check.subList(1, check.size()).toArray(String[]::new))
        .getStdout();
  }

  /** SIGTERM, as an engine ends containers; returns the exit code. */
  int stop(int worker) {
    String id = workers.get(worker).getContainerId();
    engine().stopContainerCmd(id).withTimeout(GRACE_SECONDS).exec();
    return engine().inspectContainerCmd(id).exec().getState().getExitCodeLong().intValue();
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

  /** SIGKILL. */
  void killCoordinator(int index) {
    engine().killContainerCmd(coordinators.get(index).getContainerId()).withSignal("KILL").exec();
  }

  /** SIGKILL, and the same container again. */
  void restartCoordinator() {
    killCoordinator(0);
    engine().startContainerCmd(coordinators.get(0).getContainerId()).exec();
  }

  @Override
  public void close() {
    workers.forEach(GenericContainer::stop);
    coordinators.forEach(GenericContainer::stop);
    network.close();
    DockerClientFactory.lazyClient().removeVolumeCmd(volume).exec();
  }
}
