package dev.yamabiko.cluster;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.yamabiko.cli.NodePorts;
import dev.yamabiko.wire.tls.Authority;
import dev.yamabiko.wire.tls.TlsFiles;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A second handshake on a connection, which costs a server more than whoever asks for it: none of a
 * coordinator's ports makes one, not even for a node. In a process of its own, as the command
 * settles that before its first handshake.
 */
@Tag("cluster")
@Timeout(300)
class SecondHandshakeTest {

  /** Longer than a bulk connection may say nothing. */
  private static final int PATIENCE_MILLIS = 60_000;

  @TempDir private Path directory;

  private NodeProcess coordinator;
  private SSLContext node;
  private List<Integer> ports;

  @BeforeEach
  void start() throws Exception {
    Instant now = Instant.now();
    Instant end = now.plus(Duration.ofDays(90));
    Path tls = directory.resolve("tls");
    Authority.create("ours", now.minusSeconds(60), end)
        .issue(
            new Authority.Request("node", List.of("127.0.0.1"), TlsFiles.Use.NODE),
            now.minusSeconds(60),
            end)
        .write(tls);
    node = TlsFiles.open(tls, TlsFiles.Use.NODE).context();
    NodePorts two = NodePorts.free();
    int bulk = NodePorts.free().control();
    ports = List.of(two.control(), bulk, two.http());
    coordinator =
        NodeProcess.start(
            "coordinator",
            directory,
            "coordinator",
            "--port",
            String.valueOf(two.control()),
            "--bulk-port",
            String.valueOf(bulk),
            "--http-port",
            String.valueOf(two.http()),
            "--data",
            directory.resolve("data").toString(),
            "--tls",
            tls.toString());
    LocalCluster.await("it listens", () -> ports.stream().allMatch(this::listens));
  }

  @AfterEach
  void end() {
    coordinator.kill();
  }

  private boolean listens(int port) {
    if (!coordinator.isAlive()) {
      throw new AssertionError(coordinator.evidence(20));
    }
    try (Socket socket = new Socket(LocalCluster.HOST, port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void shouldBeRefusedOnAllPorts() {
    assertAll(ports.stream().map(port -> () -> assertRefused(port)));
  }

  /** A busy node's own deadline for the first handshake may have passed. */
  private SSLSocket connected(int port) {
    AtomicReference<SSLSocket> connected = new AtomicReference<>();
    LocalCluster.await(
        "a handshake with port " + port,
        () -> {
          connect(port).ifPresent(connected::set);
          return connected.get() != null;
        });
    return connected.get();
  }

  private Optional<SSLSocket> connect(int port) {
    try {
      SSLSocket client = (SSLSocket) node.getSocketFactory().createSocket(LocalCluster.HOST, port);
      client.setSoTimeout(PATIENCE_MILLIS);
      client.setEnabledProtocols(new String[] {"TLSv1.2"});
      client.startHandshake();
      return Optional.of(client);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private void assertRefused(int port) throws IOException {
    try (SSLSocket client = connected(port)) {
      assertThrows(
          SSLException.class,
          () -> {
            client.startHandshake();
            client.getInputStream().read();
          },
          () -> "port " + port + " of " + ports);
    }
  }
}
