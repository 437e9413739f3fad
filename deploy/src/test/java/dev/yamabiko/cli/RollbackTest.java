package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.cli.ResumableJob.Output;
import dev.yamabiko.coordinator.RunListener;
import dev.yamabiko.protocol.RunEvent;
import dev.yamabiko.protocol.RunEvent.RolledBack;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A job whose last due checkpoint holds weights that overflow with any learning rate. */
class RollbackTest {

  private static final int EVERY = 4;
  private static final int[] WORKERS = {1, 2, 3, 5};

  @TempDir private Path working;

  /** The roll-backs of a run. */
  private static Output train(
      ResumableJob job, String run, int workers, List<RolledBack> back, List<RunListener> more) {
    List<RunListener> listeners = new ArrayList<>(more);
    listeners.add(
        event -> {
          if (event instanceof RolledBack rolledBack) {
            back.add(rolledBack);
          }
        });
    return job.train(run, workers, 1 + workers % 3, listeners);
  }

  private static List<String> ways(List<RolledBack> all) {
    return all.stream().map(back -> back.step() + " to " + back.to().step()).toList();
  }

  @Test
  void shouldRecoverByGoingFurtherBackWhenTheLastCheckpointIsPoisoned() {
    ResumableJob job = new ResumableJob(working, ResumableJob.DIVERGING);
    List<RolledBack> back = new ArrayList<>();
    Output output = train(job, "run", 2, back, List.of());
    assertEquals(0, output.exitCode(), output.err() + ways(back));
    String ways = ways(back).toString();
    assertEquals(2, back.size(), ways);
    RolledBack first = back.get(0);
    RolledBack further = back.get(1);
    assertEquals(first.step() / EVERY * EVERY, first.to().step(), ways);
    assertTrue(further.step() <= first.step(), "a smaller rate alone does not help: " + ways);
    assertEquals(first.to().step() - EVERY, further.to().step(), ways);
    assertEquals(60, output.json().path("steps").asInt());
    assertEquals(2, output.json().path("rollbacks").asInt());
    assertTrue(output.json().path("train_loss").asDouble() < 1, output.out());
  }

  @Test
  void shouldGiveSameBitsForAnyWorkersAndWhereverTheProcessWasKilled() throws IOException {
    ResumableJob job = new ResumableJob(working, ResumableJob.DIVERGING);
    List<String> copies = new ArrayList<>();
    List<RolledBack> back = new ArrayList<>();
    RunListener killer =
        event -> {
          if (event instanceof RunEvent.CheckpointTaken || event instanceof RolledBack) {
            job.copy("run", "killed" + copies.size());
            copies.add("killed" + copies.size());
          }
        };
    Output whole = train(job, "run", 1, back, List.of(killer));
    assertEquals(0, whole.exitCode(), whole.err());
    for (int workers : WORKERS) {
      List<RolledBack> others = new ArrayList<>();
      Output output = train(job, "run" + workers, workers, others, List.of());
      assertEquals(whole.weights(), output.weights());
      assertEquals(ways(back), ways(others));
      assertArrayEquals(job.metrics("run"), job.metrics("run" + workers));
    }
    assertTrue(copies.size() > 10, copies.toString());
    for (int i = 0; i < copies.size(); i++) {
      Output output = job.resume(copies.get(i), WORKERS[i % 4], 1 + i % 3);
      assertEquals(whole.weights(), output.weights(), copies.get(i) + output.err());
      assertArrayEquals(job.metrics("run"), job.metrics(copies.get(i)), copies.get(i));
    }
  }
}
