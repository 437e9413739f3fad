package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.InternalServerErrorException;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.ContainerNetwork;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Mount;
import com.github.dockerjava.api.model.MountType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.Container;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.output.OutputFrame;
import org.testcontainers.containers.startupcheck.StartupCheckStrategy;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.lifecycle.Startables;
import org.testcontainers.utility.DockerImageName;

/**
 * Coordinators, on one volume, and workers in containers of the project's own image, on a network
 * of their own, with a read-only root file system and without any right. They show each other
 * certificates, and want tokens of others. What they log is kept below {@code target/containers}, a
 * file for each.
 */
final class ContainerCluster implements AutoCloseable {

  static final String NO_ENGINE =
      "no container engine answers, at DOCKER_HOST or at the usual places";

  private static final String COORDINATOR = "coordinator";
  private static final String IMAGE = "yamabiko:test";
  private static final Path TARGET = Path.of("target", "containers");
  static final int CONTROL_PORT = 2551;
  static final int BULK_PORT = 2552;
  private static final int HTTP_PORT = 8080;
  private static final long MEMORY_BYTES = 768L << 20;
  private static final int GRACE_SECONDS = 30;
  private static final Duration START = Duration.ofMinutes(2);
  private static final int PAUSES = 5;

  private final Path logs;
  private final Network network;
  private final String volume = "yamabiko-" + UUID.randomUUID();
  private final ContainerSecrets secrets;
  private final List<GenericContainer<?>> coordinators = new ArrayList<>();
  private final List<GenericContainer<?>> workers = new ArrayList<>();
  private final Map<String, GenericContainer<?>> strangers = new HashMap<>();

  static boolean engineAnswers() {
    // Testcontainers looks once, and not again where it has found none.
    Required.here().await(Required.DOCKER, ContainerCluster::answersCommand);
    return DockerClientFactory.instance().isDockerAvailable();
  }

  private static boolean answersCommand() {
    try {
      Process asked =
          new ProcessBuilder("docker", "info")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      boolean ended = asked.waitFor(20, TimeUnit.SECONDS);
      asked.destroyForcibly();
      return ended && asked.exitValue() == 0;
    } catch (IOException e) {
      return false; // The command is not installed.
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
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

  /** What the image takes on a machine that has pulled it. */
  static long imageBytes() {
    return engine().inspectImageCmd(IMAGE).exec().getSize();
  }

  private static String read(Path log) {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ContainerCluster(String name, ContainerSecrets secrets) {
    logs = TARGET.resolve(name);
    network = network();
    this.secrets = secrets;
  }

  private GenericContainer<?> coordinator(String name) {
    Mount data = new Mount().withType(MountType.VOLUME).withSource(volume).withTarget("/data");
    return node(
            name,
            List.of(secrets.mount(), data),
            "coordinator",
            "--host",
            name,
            "--port",
            String.valueOf(CONTROL_PORT),
            "--http-port",
            String.valueOf(HTTP_PORT),
            "--bulk-port",
            String.valueOf(BULK_PORT),
            "--data",
            "/data",
            "--tls",
            ContainerSecrets.NODES,
            "--tokens",
            ContainerSecrets.TOKENS)
        .withExposedPorts(HTTP_PORT, CONTROL_PORT, BULK_PORT)
        .waitingFor(
            Wait.forHttp("/health/ready")
                .forPort(HTTP_PORT)
                .usingTls()
                .allowInsecure()
                .withStartupTimeout(START));
  }

  /**
   * Returns when the coordinators are ready; the first one has the jobs. Workers join by and by,
   * told of the first coordinator only.
   *
   * @param name of the directory for what its nodes log
   * @param directory for what nodes and clients show each other
   * @param count of coordinators
   * @param workerHosts what each worker calls itself, as {@code --host} has it; others may call the
   *     first one worker-1
   */
  static ContainerCluster start(String name, Path directory, int count, List<String> workerHosts)
      throws IOException {
    List<String> names =
        IntStream.rangeClosed(1, count).mapToObj(ContainerCluster::called).toList();
    ContainerCluster cluster =
        new ContainerCluster(name, ContainerSecrets.make(directory, names, IMAGE));
    try {
      for (String coordinator : names) {
        GenericContainer<?> next = cluster.coordinator(coordinator);
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
    return worker(alias(workers.size()), host, List.of("--tls", ContainerSecrets.NODES));
  }

  private GenericContainer<?> worker(String alias, String host, List<String> tls) {
    List<String> command =
        new ArrayList<>(
            List.of(
                "worker",
                "--coordinator",
                COORDINATOR + ":" + CONTROL_PORT,
                "--host",
                host,
                "--threads",
                "1"));
    command.addAll(tls);
    return node(alias, List.of(secrets.mount()), command.toArray(String[]::new));
  }

  private static String alias(int worker) {
    return "worker-" + (worker + 1);
  }

  private static String called(int coordinator) {
    return coordinator == 1 ? COORDINATOR : COORDINATOR + coordinator;
  }

  private GenericContainer<?> node(String alias, List<Mount> mounts, String... command) {
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
              host.withMounts(mounts);
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
    return URI.create(
        "https://%s:%d".formatted(coordinators.get(index).getHost(), published(index, HTTP_PORT)));
  }

  /** Where this JVM reaches a port of the first coordinator. */
  InetSocketAddress reach(int port) {
    return new InetSocketAddress(coordinators.get(0).getHost(), published(0, port));
  }

  private int published(int index, int port) {
    String published =
        engine()
            .inspectContainerCmd(coordinators.get(index).getContainerId())
            .exec()
            .getNetworkSettings()
            .getPorts()
            .getBindings()
            .get(ExposedPort.tcp(port))[0]
            .getHostPortSpec();
    return Integer.parseInt(published);
  }

  /** What a client of this cluster shows and believes. */
  ContainerSecrets secrets() {
    return secrets;
  }

  /** What a node has logged so far, by its name in the network. */
  String log(String alias) {
    return read(logs.resolve(alias + ".log"));
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

  /** Another command of the image's, beside the node in a worker's container. */
  Container.ExecResult run(int worker, String... arguments)
      throws IOException, InterruptedException {
    String[] program = engine().inspectImageCmd(IMAGE).exec().getConfig().getEntrypoint();
    return workers
        .get(worker)
        .execInContainer(
            Stream.concat(Arrays.stream(program), Arrays.stream(arguments)).toArray(String[]::new));
  }

  /** SIGTERM, as an engine ends containers; returns the exit code. */
  int stop(int worker) {
    String id = workers.get(worker).getContainerId();
    engine().stopContainerCmd(id).withTimeout(GRACE_SECONDS).exec();
    return engine().inspectContainerCmd(id).exec().getState().getExitCodeLong().intValue();
  }

  // --- Strangers --------------------------------------------------------------------------------

  /**
   * A worker that shows something else than this cluster's nodes, and may end by itself.
   *
   * @param tls its options for that
   */
  void startStranger(String alias, String... tls) {
    GenericContainer<?> stranger = worker(alias, NodeOptions.AUTO, List.of(tls));
    stranger.setStartupCheckStrategy(
        new StartupCheckStrategy() {
          @Override
          public StartupStatus checkStartupState(DockerClient engine, String container) {
            return StartupStatus.SUCCESSFUL;
          }
        });
    strangers.put(alias, stranger);
    stranger.start();
  }

  /** Waits until a stranger has ended by itself. */
  int exitCode(String alias) {
    return engine()
        .waitContainerCmd(strangers.get(alias).getContainerId())
        .start()
        .awaitStatusCode(GRACE_SECONDS, TimeUnit.SECONDS);
  }

  void endStrangers() {
    strangers.values().forEach(GenericContainer::stop);
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

  /**
   * Its processes get no time; its connections stay open, and nobody answers on them. Now and then
   * the engine cannot freeze a process that is busy with threads, and thaws what it has frozen.
   */
  void pause(int worker) {
    for (int left = PAUSES; ; left--) {
      try {
        engine().pauseContainerCmd(workers.get(worker).getContainerId()).exec();
        return;
      } catch (InternalServerErrorException e) {
        if (left == 1 || !e.getMessage().contains("unable to freeze")) {
          throw e;
        }
      }
    }
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
    endStrangers();
    workers.forEach(GenericContainer::stop);
    coordinators.forEach(GenericContainer::stop);
    network.close();
    engine().removeVolumeCmd(volume).exec();
    secrets.close();
  }
}
