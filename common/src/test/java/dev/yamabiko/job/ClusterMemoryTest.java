package dev.yamabiko.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.yamabiko.tensor.Shape;
import dev.yamabiko.wire.BulkSettings;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClusterMemoryTest {

  private static final long HEAP = 1L << 30;

  /** Of the sample's dense layer. */
  private static final int PARAMETERS = 2;

  private static ClusterMemory memory(int workers, int threads, String... lines) {
    Job job = JobFile.parse(SampleJob.with(lines), "job.conf", Path.of(""), List.of());
    Plan plan = new Plan(job, job.model().build(Shape.of(1)), 100, 0, workers);
    return new ClusterMemory(plan, threads);
  }

  private static long vectors(long bytes) {
    return bytes / (4 * PARAMETERS);
  }

  @Test
  void shouldCountWhatTheCoordinatorHolds() {
    // Weights twice and the gradient; the beginning and two checkpoints; contributions of two
    // leases, with one block for each worker, and one more where the cut is uneven.
    assertEquals(3 + 1 + 2 + (1 + 1), vectors(memory(1, 1, "shards = 4").coordinatorHeapBytes()));
    int tree = 1;
    assertEquals(
        3 + 1 + 2 + tree + (2 + 3), vectors(memory(2, 1, "shards = 4").coordinatorHeapBytes()));
    // Two vectors of state: the current one, the beginning's and the checkpoints'.
    assertEquals(
        3 + 1 + 2 + 4 * 2 + tree + (2 + 3),
        vectors(memory(2, 1, "shards = 4", "optimizer = adam").coordinatorHeapBytes()));
  }

  @Test
  void shouldCountWhatAWorkerHolds() {
    // The widest layer has 1 value: 512 steps of it packed on either side. 100 examples of an
    // evaluation, each with 1 input, 1 output and 2 gradients. Panels that begin at cache lines.
    long perThread = 4 * (2 * 512 + 100 * 4) + ClusterMemory.LINES;
    assertEquals(3 + 1, vectors(memory(1, 1, "shards = 4").workerHeapBytes(HEAP) - perThread));
    assertEquals(3 + 4, vectors(memory(1, 4, "shards = 4").workerHeapBytes(HEAP) - 4 * perThread));
    assertEquals(3 + 2, vectors(memory(2, 1, "shards = 4").workerHeapBytes(HEAP) - perThread));
  }

  @Test
  void shouldCountSumsThatAreRoundedOneByOne() {
    String rounded = "communication { gradients = bfloat16 }";
    long perThread = 4 * (2 * 512 + 100 * 4) + ClusterMemory.LINES;
    assertEquals(
        3 + 1 + 2, vectors(memory(1, 1, "shards = 4", rounded).workerHeapBytes(HEAP) - perThread));
    assertEquals(
        3 + 2 + 2 * 1,
        vectors(memory(1, 2, "shards = 4", rounded).workerHeapBytes(HEAP) - 2 * perThread));
    assertEquals(
        3 + 4, vectors(memory(1, 4, "shards = 4", rounded).workerHeapBytes(HEAP) - 4 * perThread));
  }

  @Test
  void shouldCountNoMoreActivationsThanAWorkerTakes() {
    long some = memory(1, 1, "shards = 4").workerHeapBytes(100);
    assertEquals(4 * (4 * PARAMETERS + 2 * 512) + ClusterMemory.LINES + 50, some);
  }

  @Test
  void shouldKnowWhatConnectionsTake() {
    BulkSettings settings = BulkSettings.DEFAULT;
    BulkSettings.Memory memory = settings.memory();
    assertEquals(
        memory.highWatermark() + 2L * settings.frameBytes(), ClusterMemory.DIRECT_PER_CONNECTION);
    assertEquals(memory.sharedBytes(), ClusterMemory.DIRECT_SHARED);
    assertEquals((64 + 3 * 4) << 20, memory(3, 1).coordinatorDirectBytes());
    assertEquals(4 << 20, memory(3, 1).workerDirectBytes());
  }

  @Test
  void shouldRefuseAWorkerWithoutThread() {
    assertThrows(IllegalArgumentException.class, () -> memory(1, 0));
  }
}
