package dev.yamabiko.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.yamabiko.coordinator.CoordinatorNode;
import dev.yamabiko.coordinator.CoordinatorSettings;
import dev.yamabiko.coordinator.access.HttpAccess;
import dev.yamabiko.wire.UnusableAddressException;
import dev.yamabiko.worker.NodeSettings;
import dev.yamabiko.worker.WorkerNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Nodes that cannot begin tell why, and nothing else. */
@Tag("cluster")
@Timeout(600)
class StartTroubleTest {

  private static final Logger OURS = (Logger) LoggerFactory.getLogger("dev.yamabiko");

  @TempDir private Path directory;
  private final LogLines log = new LogLines();
  private final Level before = OURS.getLevel();

  @BeforeEach
  void logAsAServiceDoes() {
    OURS.setLevel(Level.INFO);
  }

  @AfterEach
  void end() {
    log.close();
    OURS.setLevel(before);
  }

  @Test
  void shouldSayOnceWhereAWorkerLooksForItsCoordinator() throws Exception {
    // Nothing listens at a port that is only bound, and nobody else is given it.
    try (Socket silent = new Socket()) {
      silent.bind(new InetSocketAddress("127.0.0.1", 0));
      int port = silent.getLocalPort();
      WorkerNode node = worker(port, 0);
      Thread thread = new Thread(node::run, "node-w");
      thread.start();
      String said =
          ("INFO dev.yamabiko.worker.MemberNode waiting for the coordinator at 127.0.0.1:%d in plain"
                  + " text, which one with --tls refuses ...")
              .formatted(port);
      LocalCluster.await("the worker to say so", () -> ours().contains(said));
      node.leave();
      thread.join();
      assertEquals(List.of(said), ours());
    }
  }

  private WorkerNode worker(int coordinator, int own) {
    return new WorkerNode(
        new NodeSettings(
            "w",
            List.of(new NodeSettings.Peer(LocalCluster.HOST, coordinator)),
            LocalCluster.HOST,
            own,
            1,
            directory,
            1L << 20));
  }

  @Test
  void shouldNotSayThatTheCoordinatorRefusedAWorkerThatCannotListen() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName(LocalCluster.HOST))) {
      int port = taken.getLocalPort();
      WorkerNode node = worker(port, port);
      String why = assertThrows(UnusableAddressException.class, node::run).getMessage();
      String where =
          "%s:%d cannot be used for control messages: ".formatted(LocalCluster.HOST, port);
      assertTrue(why.startsWith(where) && why.contains("in use"), why);
    }
    assertEquals(List.of(), ours());
  }

  @Test
  void shouldNotSpeakOfTheEndOfACoordinatorThatNeverBegan() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName(LocalCluster.HOST))) {
      CoordinatorSettings settings =
          new CoordinatorSettings(
              LocalCluster.HOST,
              LocalCluster.HOST,
              0,
              taken.getLocalPort(),
              0,
              directory,
              List.of(),
              1 << 20,
              1 << 20,
              false,
              HttpAccess.open());
      assertThrows(UnusableAddressException.class, () -> CoordinatorNode.start(settings));
    }
    assertEquals(List.of(), ours());
  }

  private List<String> ours() {
    return log.from(Level.INFO, "dev.yamabiko");
  }
}
