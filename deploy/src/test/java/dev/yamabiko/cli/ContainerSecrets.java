package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Mount;
import com.github.dockerjava.api.model.MountType;
import dev.yamabiko.client.ServerAccess;
import dev.yamabiko.wire.tls.Authority;
import dev.yamabiko.wire.tls.TlsFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import javax.net.ssl.SSLContext;
import org.testcontainers.DockerClientFactory;

/**
 * By what nodes in containers know each other and their users: certificates and tokens, made by the
 * product's own commands, on a volume that all containers may read. Beside them are certificates of
 * strangers.
 */
final class ContainerSecrets implements AutoCloseable {

  /** Of all nodes of the cluster. */
  static final String NODES = "/run/secrets/nodes";

  /** Of a node of another authority. */
  static final String THEIRS = "/run/secrets/theirs";

  /** Of the cluster's authority, and of the past. */
  static final String EXPIRED = "/run/secrets/expired";

  static final String TOKENS = "/run/secrets/tokens";

  private final Path directory;
  private final String token;
  private final String volume = "yamabiko-secrets-" + UUID.randomUUID();

  private ContainerSecrets(Path directory, String token) {
    this.directory = directory;
    this.token = token;
  }

  /**
   * @param directory where they are kept for clients
   * @param coordinators by their names in the network
   * @param image of a container that only lends its name to the volume, and never runs
   */
  static ContainerSecrets make(Path directory, List<String> coordinators, String image)
      throws IOException {
    List<String> hosts = new ArrayList<>(coordinators);
    hosts.addAll(List.of("localhost", "127.0.0.1"));
    String engine = DockerClientFactory.instance().dockerHostIpAddress();
    if (!hosts.contains(engine)) {
      hosts.add(engine);
    }
    Path volume = Files.createDirectories(directory.resolve("secrets"));
    run(directory, "certs", "--out", "certs", "--node", "nodes", "--host", String.join(",", hosts));
    Files.move(directory.resolve("certs/nodes"), volume.resolve("nodes"));
    run(directory, "certs", "--out", "other", "--node", "theirs");
    Files.move(directory.resolve("other/theirs"), volume.resolve("theirs"));
    Instant now = Instant.now();
    Authority.read(directory.resolve("certs/ca"))
        .issue(
            new Authority.Request("expired", List.of(), TlsFiles.Use.NODE),
            now.minus(Duration.ofDays(3)),
            now.minus(Duration.ofDays(1)))
        .write(volume.resolve("expired"));
    Invocation token = run(directory, "token", "--name", "tests", "--role", "submit");
    Files.writeString(volume.resolve("tokens"), "tokens = [ %s ]\n".formatted(token.err().strip()));
    ContainerSecrets made = new ContainerSecrets(directory, token.out().strip());
    Files.writeString(made.tokenFile(), made.token + "\n");
    made.copy(volume, image);
    return made;
  }

  private static Invocation run(Path directory, String... command) {
    Invocation done = Invocation.of(directory, List.of(command));
    assertEquals(0, done.exitCode(), done.err());
    return done;
  }

  /** Also to an engine on another machine, which knows no directory of this one. */
  private void copy(Path from, String image) {
    DockerClient engine = DockerClientFactory.lazyClient();
    engine.createVolumeCmd().withName(volume).exec();
    Mount writable = mount().withReadOnly(false);
    String container =
        engine
            .createContainerCmd(image)
            .withHostConfig(HostConfig.newHostConfig().withMounts(List.of(writable)))
            .exec()
            .getId();
    engine
        .copyArchiveToContainerCmd(container)
        .withHostResource(from.toString())
        .withDirChildrenOnly(true)
        .withRemotePath(writable.getTarget())
        .exec();
    engine.removeContainerCmd(container).withRemoveVolumes(true).exec();
  }

  Mount mount() {
    return new Mount()
        .withType(MountType.VOLUME)
        .withSource(volume)
        .withTarget("/run/secrets")
        .withReadOnly(true);
  }

  /** That of the authority. */
  Path certificate() {
    return directory.resolve("secrets/nodes/ca.crt");
  }

  /** Of somebody who may submit jobs. */
  String token() {
    return token;
  }

  Path tokenFile() {
    return directory.resolve("token");
  }

  /** Of a client that believes the cluster's authority, and shows nothing. */
  SSLContext believing() {
    return ServerAccess.NONE.believing(certificate()).tls().orElseThrow().context();
  }

  @Override
  public void close() {
    DockerClientFactory.lazyClient().removeVolumeCmd(volume).exec();
  }
}
