package dev.yamabiko.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * How long a run stands still when a process of its is killed at a random moment. By hand, as it
 * says something on a quiet machine only:
 *
 * <pre>mvn -pl deploy -am test -Dtest=KillSeries -Dsurefire.failIfNoSpecifiedTests=false \
 *     -Dseries.runs=10 -Dseries.seed=7</pre>
 *
 * Every run has to end with the bits of one that nobody touched, and with all of its steps.
 */
class KillSeries {

  private static final SmallJob JOB = SmallJob.of(40).with("checkpoint.every-steps = 25");

  /** Steps after a kill among which the longest pause is looked for. */
  private static final int AFTER = 100;

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private Path directory;

  private final int runs = Integer.getInteger("series.runs", 10);
  private final long seed = Long.getLong("series.seed", System.nanoTime());
  private final Random random = new Random(seed);

  /** In every other run another worker joins later. */
  @Test
  void shouldGoOnInTheSameStepWhenAWorkerIsKilled() throws Exception {
    List<Long> pauses = new ArrayList<>();
    try (ProcessCluster cluster = started()) {
      JsonNode alone = cluster.alone(JOB.text());
      List<String> names = List.of("a", "b", "c");
      for (int run = 0; run < runs; run++) {
        cluster.haveWorkers(names.toArray(String[]::new));
        String id = cluster.submit(JOB.text());
        JobWatch watch = cluster.watch(id);
        killAfter(cluster, watch, cluster.worker(names.get(random.nextInt(names.size()))));
        long killed = System.nanoTime();
        if (run % 2 == 1) {
          cluster.startWorker("d" + run);
        }
        JobWatch.Event next =
            cluster.await(watch, "a step", e -> e.isStepFrom(0) && e.nanos() > killed);
        long last = next.data().path("step").asLong() + AFTER;
        cluster.await(watch, "step " + last, event -> event.isStepFrom(last));
        pauses.add(watch.longestPause(killed, AFTER).toMillis());
        assertSameBits(cluster, alone, id);
        print("worker killed", pauses);
      }
    }
  }

  /** Workers stay as they are; the coordinator is started again at once. */
  @Test
  void shouldTakeUpTheRunWhenTheCoordinatorIsKilled() throws Exception {
    List<Long> pauses = new ArrayList<>();
    try (ProcessCluster cluster = started()) {
      JsonNode alone = cluster.alone(JOB.text());
      cluster.haveWorkers("a", "b");
      for (int run = 0; run < runs; run++) {
        String id = cluster.submit(JOB.text());
        killAfter(cluster, cluster.watch(id), cluster.coordinator());
        long killed = System.nanoTime();
        cluster.startCoordinator();
        JobWatch.Event next = cluster.await(cluster.watch(id), "a step", e -> e.isStepFrom(0));
        pauses.add((next.nanos() - killed) / 1_000_000);
        assertSameBits(cluster, alone, id);
        assertTrue(cluster.worker("a").isAlive() && cluster.worker("b").isAlive());
        print("coordinator killed", pauses);
      }
    }
  }

  private ProcessCluster started() throws Exception {
    System.out.printf("series: -Dseries.runs=%d -Dseries.seed=%d%n", runs, seed);
    ProcessCluster cluster = new ProcessCluster(directory);
    cluster.startCoordinator();
    return cluster;
  }

  /** Some time after some step: in the middle of one, or of a checkpoint. */
  private void killAfter(ProcessCluster cluster, JobWatch watch, NodeProcess process)
      throws Exception {
    long step = 50 + random.nextInt(JOB.steps() / 2);
    JobWatch.Event reached = cluster.await(watch, "step " + step, event -> event.isStepFrom(step));
    long moment = reached.nanos() + random.nextInt(50_000_000);
    while (System.nanoTime() < moment) {
      Thread.onSpinWait();
    }
    process.kill();
  }

  private static void assertSameBits(ProcessCluster cluster, JsonNode alone, String id)
      throws Exception {
    JsonNode end = cluster.completed(id);
    for (String field : SmallJob.RESULTS) {
      assertEquals(alone.path(field), end.path(field), () -> field + cluster.evidence());
    }
    assertEquals(cluster.metrics(alone), cluster.metrics(end), cluster::evidence);
  }

  private static void print(String what, List<Long> pauses) {
    List<Long> sorted = new ArrayList<>(pauses);
    Collections.sort(sorted);
    System.out.printf(
        "series: %s: %d runs, pause until the next step: median %d ms, worst %d ms; all: %s%n",
        what, sorted.size(), sorted.get(sorted.size() / 2), sorted.get(sorted.size() - 1), pauses);
  }
}
