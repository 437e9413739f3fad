package dev.yamabiko.local;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.coordinator.CheckedJob;
import dev.yamabiko.job.JobFile;
import dev.yamabiko.model.Checkpoint;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class WarmUpTest {

  private static final long BYTES = 1 << 20;

  private static final String TEXT =
      """
      data.train.builtin { name = spirals, examples = 80 }
      model = [ { dense { units = 5 } }, tanh, { dense { units = 3 } } ]
      loss = softmax-cross-entropy, optimizer.sgd { learning-rate = 0.1 }
      batch-size = 32, shards = 8, epochs = 2
      """;

  private final CheckedJob checked =
      CheckedJob.of(JobFile.parse(TEXT, "a", Path.of(""), List.of()));
  private final Checkpoint start = checked.start();

  private Checkpoint at(long step) {
    return new Checkpoint(
        new Checkpoint.Position(step, 0, 0, Optional.empty(), 0),
        start.weights(),
        start.state(),
        start.best(),
        start.wayBack(),
        start.cuts());
  }

  @Test
  void shouldComputeTheShareOfOneWorker() {
    assertEquals(32, new WarmUp(checked, start, 1, BYTES).compute());
    assertEquals(16, new WarmUp(checked, start, 2, BYTES).compute());
    // The third batch of an epoch has 16 of its 80 examples.
    assertEquals(8, new WarmUp(checked, at(2), 2, BYTES).compute());
  }

  @Test
  void shouldComputeAShardWhereWorkersAreMore() {
    assertEquals(4, new WarmUp(checked, start, 100, BYTES).compute());
  }

  @Test
  void shouldLeaveTheWeightsAlone() {
    float[] before = start.weights().clone();
    new WarmUp(checked, start, 1, BYTES).compute();
    assertArrayEquals(before, start.weights());
  }

  @Test
  void shouldBeLeftOutWhereNoStepIsLeftOrMemoryIsShort() {
    assertEquals(0, new WarmUp(checked, at(6), 1, BYTES).compute());
    assertEquals(0, new WarmUp(checked, start, 1, 500).compute());
  }

  @Test
  void shouldKeepToItselfThatTheStepDiverges() {
    Arrays.fill(start.weights(), Float.NaN);
    assertEquals(0, new WarmUp(checked, start, 1, BYTES).compute());
  }

  @Test
  void shouldEndByItself() {
    Thread thread = WarmUp.begin(checked, start, 1);
    WarmUp.await(thread, WarmUp.END);
    assertFalse(thread.isAlive());
  }

  @Test
  @Timeout(60)
  void shouldBeWaitedForNoLongerThanItIsGiven() {
    CountDownLatch end = new CountDownLatch(1);
    Thread thread = new Thread(() -> assertDoesNotThrow(() -> end.await()));
    thread.setDaemon(true);
    thread.start();
    WarmUp.await(thread, Duration.ofMillis(1));
    assertTrue(thread.isAlive());
    end.countDown();
  }
}
