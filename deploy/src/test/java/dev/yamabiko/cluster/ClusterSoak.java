package dev.yamabiko.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random faults, one after the other, over as many runs as that takes: workers and coordinators are
 * killed, stopped, told to end and started in random moments, and each run has to end with the bits
 * of one that nobody touched. By hand, as it runs for as long as it is told to:
 *
 * <pre>mvn -pl deploy -am test -Dtest=ClusterSoak -Dsurefire.failIfNoSpecifiedTests=false \
 *     -Dsoak.faults=100 -Dsoak.seed=7</pre>
 *
 * The seed is printed first; it fixes which faults come, not when exactly they meet the run. At the
 * end it prints how long it took from each killed worker to three more closed steps.
 */
class ClusterSoak {

  private enum Fault {
    KILL_WORKER,
    TERMINATE_WORKER,
    STOP_WORKER,
    START_WORKER,
    KILL_COORDINATOR
  }

  private static final SmallJob JOB = SmallJob.of(100).with("checkpoint.every-steps = 50");
  private static final int MOST_WORKERS = 4;
  private static final int FEWEST_WORKERS = 2;

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private static Path directory;

  private final long seed = Long.getLong("soak.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final List<NodeProcess> workers = new ArrayList<>();
  private final List<Long> pauses = new ArrayList<>();
  private Optional<NodeProcess> stopped = Optional.empty();
  private int started;

  @Test
  void shouldGiveTheSameBitsWhateverHappens() throws Exception {
    int faults = Integer.getInteger("soak.faults", 20);
    System.out.printf("soak: %d faults, -Dsoak.seed=%d%n", faults, seed);
    try (ProcessCluster cluster = new ProcessCluster(directory)) {
      cluster.startCoordinator();
      JsonNode alone = cluster.alone(JOB.text());
      for (int done = 0; done < faults; ) {
        haveEnough(cluster);
        String id = cluster.submit(JOB.text());
        while (done < faults && reach(cluster, id)) {
          Fault fault = Fault.values()[random.nextInt(Fault.values().length)];
          System.out.printf("soak: %s %d %s %s%n", id, ++done, fault, living());
          happen(cluster, id, fault);
          haveEnough(cluster);
        }
        goOn();
        JsonNode end = cluster.completed(id);
        for (String field : SmallJob.RESULTS) {
          assertEquals(alone.path(field), end.path(field), () -> seed + field + cluster.evidence());
        }
      }
    }
    Collections.sort(pauses);
    if (!pauses.isEmpty()) {
      System.out.printf(
          "soak: %d workers killed; three more steps after: median %d ms, worst %d ms%n",
          pauses.size(), pauses.get(pauses.size() / 2), pauses.get(pauses.size() - 1));
    }
  }

  /** Waits for some steps more; false if the run has ended before. */
  private boolean reach(ProcessCluster cluster, String id) throws Exception {
    long wanted = step(cluster, id) + 20 + random.nextInt(150);
    if (wanted > JOB.steps() - 50) {
      return false;
    }
    cluster.await("step " + wanted + " of " + id, () -> step(cluster, id) >= wanted);
    return true;
  }

  private static long step(ProcessCluster cluster, String id) throws Exception {
    return cluster.status(id).map(status -> status.path("step").asLong()).orElse(-1L);
  }

  private void happen(ProcessCluster cluster, String id, Fault fault) throws Exception {
    NodeProcess worker = workers.get(random.nextInt(workers.size()));
    switch (fault) {
      case KILL_WORKER -> {
        long wanted = step(cluster, id) + 3;
        long killed = System.nanoTime();
        worker.kill();
        haveEnough(cluster);
        cluster.await("steps after the kill", () -> step(cluster, id) >= wanted);
        pauses.add((System.nanoTime() - killed) / 1_000_000);
      }
      case TERMINATE_WORKER -> {
        goOn();
        worker.terminate();
        assertEquals(0, worker.finish().exitCode(), cluster::evidence);
      }
      case STOP_WORKER -> {
        goOn();
        worker.stop();
        stopped = Optional.of(worker);
      }
      case START_WORKER -> {
        if (living().size() < MOST_WORKERS) {
          workers.add(cluster.startWorker("w" + ++started));
        }
      }
      case KILL_COORDINATOR -> {
        cluster.coordinator().kill();
        cluster.startCoordinator();
      }
    }
  }

  /** The one that was stopped before, if it was. */
  private void goOn() throws Exception {
    if (stopped.filter(NodeProcess::isAlive).isPresent()) {
      stopped.get().goOn();
    }
    stopped = Optional.empty();
  }

  private void haveEnough(ProcessCluster cluster) throws Exception {
    workers.removeIf(worker -> !worker.isAlive());
    while (workers.size() < FEWEST_WORKERS) {
      workers.add(cluster.startWorker("w" + ++started));
    }
  }

  private List<String> living() {
    return workers.stream().filter(NodeProcess::isAlive).map(NodeProcess::name).toList();
  }
}
