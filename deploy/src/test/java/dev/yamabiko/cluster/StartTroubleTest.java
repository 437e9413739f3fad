package dev.yamabiko.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.yamabiko.coordinator.CoordinatorNode;
import dev.yamabiko.coordinator.CoordinatorSettings;
import dev.yamabiko.worker.NodeSettings;
import dev.yamabiko.worker.WorkerNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
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
@Timeout(120)
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
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    WorkerNode node =
        new WorkerNode(
            new NodeSettings(
                "w",
                List.of(new NodeSettings.Peer(LocalCluster.HOST, port)),
                LocalCluster.HOST,
                0,
                1,
                directory,
                1L << 20));
    Thread thread = new Thread(node::run, "node-w");
    thread.start();
    String said =
        "INFO dev.yamabiko.worker.MemberNode waiting for the coordinator at 127.0.0.1:%d ..."
            .formatted(port);
    LocalCluster.await("the worker to say so", () -> ours().contains(said));
    node.leave();
    thread.join();
    assertEquals(List.of(said), ours());
  }

  @Test
  void shouldNotSpeakOfTheEndOfACoordinatorThatNeverBegan() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName(LocalCluster.HOST))) {
      CoordinatorSettings settings =
          new CoordinatorSettings(
              LocalCluster.HOST,
              0,
              taken.getLocalPort(),
              0,
              directory,
              List.of(),
              1 << 20,
              1 << 20,
              false);
      assertThrows(IOException.class, () -> CoordinatorNode.start(settings));
    }
    assertEquals(List.of(), ours());
  }

  private List<String> ours() {
    return log.from(Level.INFO, "dev.yamabiko");
  }
}
