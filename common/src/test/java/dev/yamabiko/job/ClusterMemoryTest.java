package dev.yamabiko.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.nn.Network;
import dev.yamabiko.tensor.KernelScratch;
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
    // 100 examples of an evaluation, each with 1 input, 1 output and 2 gradients.
    long perThread = 4 * (100 * 4 + scratch(100, 4));
    assertEquals(3 + 1, vectors(memory(1, 1, "shards = 4").workerHeapBytes(HEAP) - perThread));
    long ofOneShard = 4 * (100 * 4 + scratch(100, 1));
    assertEquals(3 + 4, vectors(memory(1, 4, "shards = 4").workerHeapBytes(HEAP) - 4 * ofOneShard));
    long ofTwoShards = 4 * (100 * 4 + scratch(100, 2));
    assertEquals(3 + 2, vectors(memory(2, 1, "shards = 4").workerHeapBytes(HEAP) - ofTwoShards));
  }

  /** What a thread's kernels keep that compute so many rows at once, in floats. */
  private static long scratch(int rows, int shards) {
    KernelScratch scratch = KernelScratch.ofAnyVectors();
    scratch.dense(rows, 1, 1, shards);
    return scratch.floats();
  }

  @Test
  void shouldCountPanelsOfLongBatches() {
    String[] lines = {"shards = 1", "model = [ { dense { units = 64 } } ]"};
    Job few = JobFile.parse(SampleJob.with(lines), "job.conf", Path.of(""), List.of());
    Network network = few.model().build(Shape.of(1));
    int examples = 1 << 16;
    String[] all = {lines[0], lines[1], "batch-size = " + examples};
    Job many = JobFile.parse(SampleJob.with(all), "job.conf", Path.of(""), List.of());
    long more =
        new ClusterMemory(new Plan(many, network, examples, 0, 1), 1).workerHeapBytes(HEAP)
            - new ClusterMemory(new Plan(few, network, examples, 0, 1), 1).workerHeapBytes(HEAP);
    long rows = examples - 256;
    // Of G 64 floats of each row are packed, and of X a panel is.
    assertTrue(more >= 4 * rows * (network.floatsPerExample() + 64 + 8), more + " bytes more");
    assertTrue(more <= 4 * rows * (network.floatsPerExample() + 64 + 32), more + " bytes more");
  }

  @Test
  void shouldCountSumsThatAreRoundedOneByOne() {
    String rounded = "communication { gradients = bfloat16 }";
    long perThread = 4 * (100 * 4 + scratch(100, 4));
    assertEquals(
        3 + 1 + 2, vectors(memory(1, 1, "shards = 4", rounded).workerHeapBytes(HEAP) - perThread));
    assertEquals(
        3 + 2 + 2 * 1,
        vectors(
            memory(1, 2, "shards = 4", rounded).workerHeapBytes(HEAP)
                - 2 * 4 * (100 * 4 + scratch(100, 2))));
    assertEquals(
        3 + 4,
        vectors(
            memory(1, 4, "shards = 4", rounded).workerHeapBytes(HEAP)
                - 4 * 4 * (100 * 4 + scratch(100, 1))));
  }

  @Test
  void shouldCountNoMoreActivationsThanAWorkerTakes() {
    // A row has 4 floats of activations, a target, a loss and a number; packed of it are 48.
    int row = 4 * (4 + 4 + 48);
    long some = memory(1, 1, "shards = 4").workerHeapBytes(2 * 3 * row);
    assertEquals(4 * (4 * PARAMETERS + 3 * 4 + scratch(3, 4)), some);
    long least = memory(1, 1, "shards = 4").workerHeapBytes(100);
    assertEquals(4 * (4 * PARAMETERS + 4 + scratch(1, 4)), least);
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
