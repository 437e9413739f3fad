package dev.yamabiko.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.yamabiko.cli.Jvms;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two coordinators on one data directory, as processes: whichever of them is lost, however it is
 * lost, its run ends with the bits of one that nobody touched.
 */
@Tag("cluster")
@Timeout(600)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TakeOverTest {

  private static final String FIRST = "coordinator";
  private static final String SECOND = "second";

  /** A quiet machine takes a few seconds for a killed one, and twelve for one that hangs. */
  private static final Duration MOST = Duration.ofSeconds(60);

  private static final SmallJob PLAIN = SmallJob.of(60);
  private static final SmallJob JOB = PLAIN.with("checkpoint.every-steps = 50");
  private static final long EARLY = 170;

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private static Path directory;

  private ProcessCluster cluster;
  private JsonNode alone;

  @BeforeAll
  void start() throws Exception {
    cluster = new ProcessCluster(directory);
    cluster.startCoordinator(FIRST);
    cluster.startCoordinator(SECOND);
    cluster.haveWorkers("a", "b");
    alone = cluster.alone(PLAIN.text());
  }

  @AfterAll
  void end() {
    cluster.close();
  }

  private void assertSameAsAlone(String id) throws Exception {
    JsonNode end = cluster.completed(id);
    for (String field : SmallJob.RESULTS) {
      assertEquals(alone.path(field), end.path(field), () -> field + cluster.evidence());
    }
    assertEquals(cluster.metrics(alone), cluster.metrics(end));
  }

  private int attempts(String id) throws Exception {
    Path state = directory.resolve("data/jobs").resolve(id).resolve("state.json");
    return new ObjectMapper().readTree(Files.readString(state)).path("attempts").asInt();
  }

  private String atEarlyStep(String id) throws Exception {
    cluster.await(id, "at an early step", status -> status.path("step").asLong() > EARLY);
    return id;
  }

  /** Waits until a step has closed on the node that took over. */
  private void goesOn(String id, String on, long lost, String how) throws Exception {
    cluster.face(on);
    cluster.await(id, "running again", status -> status.path("step").asLong() > 0);
    long taken = System.nanoTime() - lost;
    System.out.printf("%s: next step after %d ms%n", how, taken / 1_000_000);
    assertTrue(taken < MOST.toNanos(), how + cluster.evidence());
  }

  /** Both are there, the named one with the coordinator, the other one standing by. */
  private void lead(String name, String other) throws Exception {
    for (String node : new String[] {name, other}) {
      if (cluster.coordinator(node) == null || !cluster.coordinator(node).isAlive()) {
        cluster.startCoordinator(node);
      }
    }
    cluster.face(other);
    if (!cluster.standsBy(other)) {
      cluster.coordinator(other).terminate();
      Jvms.Finished finished = cluster.coordinator(other).finish();
      assertEquals(0, finished.exitCode(), finished.err());
      cluster.startCoordinator(other);
    }
    cluster.face(name);
    cluster.await("the other one to stand by", () -> cluster.standsBy(other));
    cluster.haveWorkers("a", "b");
  }

  private void killAndFollow(String leader, String other) throws Exception {
    lead(leader, other);
    Path file = Files.writeString(directory.resolve("job.conf"), JOB.text());
    // Asked by way of the one that stands by, which passes requests on.
    NodeProcess follower =
        cluster.start(
            "submit",
            "submit",
            file.toString(),
            "--server",
            cluster.url(other) + "," + cluster.url(leader),
            "--follow",
            "--json");
    String[] id = {""};
    cluster.await(
        "the job to begin",
        () -> {
          id[0] = cluster.busyWith().orElse("");
          return !id[0].isEmpty();
        });
    atEarlyStep(id[0]);
    long killed = System.nanoTime();
    cluster.coordinator(leader).kill();
    goesOn(id[0], other, killed, leader + " killed");
    assertSameAsAlone(id[0]);
    assertEquals(2, attempts(id[0]));
    Jvms.Finished finished = follower.finish();
    assertEquals(0, finished.exitCode(), finished.err());
    String hash = alone.path("weights_sha256").asText();
    assertTrue(finished.lastLine().contains(hash), finished.lastLine());
  }

  @Tag("slow")
  @Test
  void shouldGoOnOnTheSecondWhenTheFirstIsKilled() throws Exception {
    killAndFollow(FIRST, SECOND);
  }

  @Tag("soak")
  @Test
  void shouldGoOnOnTheFirstWhenTheSecondIsKilled() throws Exception {
    killAndFollow(SECOND, FIRST);
  }

  @Tag("soak")
  @Test
  void shouldNotNoticeWhenTheOneThatStandsByIsKilled() throws Exception {
    lead(FIRST, SECOND);
    String id = atEarlyStep(cluster.submit(JOB.text()));
    cluster.coordinator(SECOND).kill();
    assertSameAsAlone(id);
    assertEquals(1, attempts(id));
  }

  @Tag("soak")
  @Test
  void shouldWriteNothingMoreWhenAStoppedOneGoesOnAfterATakeOver() throws Exception {
    lead(FIRST, SECOND);
    String id = atEarlyStep(cluster.submit(JOB.text()));
    long stopped = System.nanoTime();
    NodeProcess first = cluster.coordinator(FIRST);
    first.stop();
    try {
      goesOn(id, SECOND, stopped, "stopped");
    } finally {
      first.goOn();
    }
    Jvms.Finished finished = first.finish();
    assertEquals(1, finished.exitCode(), finished.err());
    assertTrue(
        finished.err().contains("ended by itself: another coordinator has taken over"),
        finished.err());
    assertSameAsAlone(id);
    assertEquals(2, attempts(id));
  }
}
