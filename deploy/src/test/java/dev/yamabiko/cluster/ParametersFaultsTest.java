package dev.yamabiko.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nodes that own slices, as processes, killed and stopped in the middle of a run: each run ends
 * with the bits, and the lines, of one that nobody touched, on one node.
 */
@Tag("cluster")
@Tag("soak")
@Timeout(600)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ParametersFaultsTest {

  private static final SmallJob JOB =
      SmallJob.of(12).with("checkpoint.every-steps = 70\nclipping { global-norm = 5 }");

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private static Path directory;

  private ProcessCluster cluster;
  private JsonNode alone;
  private final List<NodeProcess> owners = new ArrayList<>();

  @BeforeAll
  void start() throws Exception {
    cluster = new ProcessCluster(directory);
    cluster.startCoordinator();
    cluster.haveWorkers("a", "b");
    alone = cluster.alone(JOB.text());
  }

  @AfterAll
  void end() {
    cluster.close();
  }

  private NodeProcess own(String name) throws Exception {
    NodeProcess node = cluster.startParameters(name);
    owners.add(node);
    return node;
  }

  /** The next test has none but its own. */
  @AfterEach
  void endOwners() throws Exception {
    owners.forEach(NodeProcess::terminate);
    owners.clear();
    cluster.await("no parameters node to be known", () -> cluster.parameters().isEmpty());
  }

  private JobWatch.Event atStep(JobWatch watch, long step) throws Exception {
    return cluster.await(watch, "step " + step, event -> event.isStepFrom(step));
  }

  private void assertSameAsAlone(String id) throws Exception {
    JsonNode end = cluster.completed(id);
    for (String field : SmallJob.RESULTS) {
      assertEquals(alone.path(field), end.path(field), () -> field + cluster.evidence());
    }
    assertEquals(cluster.metrics(alone), cluster.metrics(end));
    assertEquals(2, end.path("workers").asInt(), end::toString);
  }

  private void awaitReturn(JobWatch watch, String node, long since) throws Exception {
    JobWatch.Event event =
        cluster.await(
            watch,
            "the loss of " + node,
            e -> e.isNotice("parameters node " + node) && e.isNotice("all slices return"));
    JobWatch.Event next =
        cluster.await(watch, "the next step", e -> e.isStepFrom(0) && e.nanos() > event.nanos());
    System.out.printf(
        "%s: known after %d ms, next step after %d ms%n",
        node, (event.nanos() - since) / 1_000_000, (next.nanos() - since) / 1_000_000);
  }

  @Test
  void shouldGiveTheSameBitsWhenAnOwnerIsKilled() throws Exception {
    NodeProcess p = own("p");
    own("q");
    String id = cluster.submit(JOB.text());
    JobWatch watch = cluster.watch(id);
    atStep(watch, 100);
    long killed = System.nanoTime();
    p.kill();
    awaitReturn(watch, "p", killed);
    assertSameAsAlone(id);
    cluster.await("p to be forgotten", () -> cluster.parameters().equals(List.of("q")));
  }

  @Test
  void shouldGiveTheSameBitsWhenTheLastOwnerIsStopped() throws Exception {
    NodeProcess s = own("s");
    String id = cluster.submit(JOB.text());
    JobWatch watch = cluster.watch(id);
    atStep(watch, 100);
    long stopped = System.nanoTime();
    s.stop();
    try {
      awaitReturn(watch, "s", stopped);
      assertSameAsAlone(id);
    } finally {
      s.goOn();
    }
    cluster.await("s to join again", () -> cluster.parameters().contains("s"));
  }

  @Test
  void shouldGoOnByItselfWhenTheCoordinatorIsKilledAndStartedAgain() throws Exception {
    NodeProcess t = own("t");
    String id = cluster.submit(JOB.text());
    atStep(cluster.watch(id), 100);
    cluster.coordinator().kill();
    cluster.startCoordinator();
    assertSameAsAlone(id);
    cluster.await("t to join again", () -> cluster.parameters().contains("t"));
    assertTrue(t.isAlive());
  }
}
