package dev.yamabiko.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.data.Targets;
import dev.yamabiko.nn.Network;
import dev.yamabiko.step.StepPlan;
import dev.yamabiko.tensor.KernelScratch;
import dev.yamabiko.tensor.KernelsFactory;
import dev.yamabiko.tensor.Shape;
import java.nio.file.Path;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class PlanTest {

  private static final long HEAP = 1L << 30;

  private static Job job(String... lines) {
    return JobFile.parse(SampleJob.with(lines), "job.conf", Path.of(""), List.of());
  }

  private static Plan sine(Job job, int training, int validation, int workers) {
    return new Plan(job, job.model().build(Shape.of(1)), training, validation, workers);
  }

  @Test
  void shouldRenderLayersAndNumbers() {
    Job job =
        job(
            """
            model = [ { conv2d { filters = 16, kernel = 3 } }, relu, { max-pool { size = 2 } }, \
            flatten, { dense { units = 10 } } ]""",
            "loss = softmax-cross-entropy",
            "optimizer { sgd { momentum = 0.9 } }",
            "batch-size = 100",
            "epochs = 5");
    Network network = JobChecks.network(job, Shape.of(1, 28, 28), Targets.Classes.numbered(10));
    assertEquals(
        """
           layer          output shape  parameters
           input          [1, 28, 28]
        0  conv2d 16 3x3  [16, 26, 26]         160
        1  relu           [16, 26, 26]           0
        2  max-pool 2x2   [16, 13, 13]           0
        3  flatten        [2704]                 0
        4  dense 10       [10]              27,050
           total                            27,210

        training    12,030 examples
        validation  2,000 examples
        batches     100 examples each, the last of an epoch 30
        shards      8 in each batch, 12 or 13 examples each
        steps       605 (121 in each of 5 epochs)
        workers     2
        memory      about 111.4 MiB besides the data
        cluster     coordinator about 73.7 MiB with 2 workers, a worker about 59.4 MiB with 1 thread, besides the data
        wire        gradients float32, 106.3 KiB for each block; weights float32, 106.3 KiB to each worker
        advice      16 examples per shard or more are faster: now 12; take fewer shards or a larger batch-size
        """,
        new Plan(job, network, 12_030, 2_000, 2).table(HEAP));
  }

  @Test
  void shouldRenderTheSmallestPlan() {
    assertEquals(
        """
           layer    output shape  parameters
           input    [1]
        0  dense 1  [1]                    2
           total                           2

        training    1 example
        validation  none
        batches     1 example each
        shards      1 in each batch, 1 example each
        steps       1 (1 in each of 1 epoch)
        workers     1
        memory      about 544.1 KiB besides the data
        cluster     coordinator about 68.0 MiB with 1 worker, a worker about 4.5 MiB with 1 thread, besides the data
        wire        gradients float32, 8 bytes for each block; weights float32, 8 bytes to each worker
        """,
        sine(job("batch-size = 1", "epochs = 1"), 1, 0, 1).table(HEAP));
  }

  @Test
  void shouldCountShortBatches() {
    Plan plan = sine(job("batch-size = 16", "shards = 3"), 40, 0, 1);
    assertEquals(16, plan.batchExamples());
    assertEquals(8, plan.lastBatchExamples());
    assertEquals(5, plan.smallestShard());
    assertEquals(6, plan.largestShard());
    assertEquals(6, plan.steps().steps());
  }

  @Test
  void shouldTakeTheShortBatchForTheWholeOneWhenDataIsScarce() {
    Plan plan = sine(job("batch-size = 16", "shards = 8"), 5, 0, 1);
    assertEquals(5, plan.batchExamples());
    assertEquals(5, plan.lastBatchExamples());
    assertEquals(0, plan.smallestShard());
    assertEquals(1, plan.largestShard());
  }

  @Property
  void shouldAgreeWithTheShardsOfTheStepPlan(
      @ForAll @IntRange(min = 1, max = 200) int examples,
      @ForAll @IntRange(min = 1, max = 64) int batch,
      @ForAll @IntRange(min = 1, max = 64) int shards) {
    Job job = job("batch-size = " + batch, "shards = " + Math.min(shards, batch));
    Plan plan = sine(job, examples, 0, 1);
    StepPlan steps = plan.steps();
    int smallest = Integer.MAX_VALUE;
    int largest = 0;
    for (int s = 0; s < job.shards(); s++) {
      int size = steps.shardFrom(0, s + 1) - steps.shardFrom(0, s);
      smallest = Math.min(smallest, size);
      largest = Math.max(largest, size);
    }
    assertEquals(smallest, plan.smallestShard());
    assertEquals(largest, plan.largestShard());
  }

  @Test
  void shouldCountWeightsStateGradientsAndActivations() {
    // dense 1 -> 1: 2 parameters; per row 1 input + 1 output + 2 gradients of width 1.
    int parameters = 2;
    int perRow = 1 + 1 + 2;
    // Two versions, the first weights and the mean gradient; a level of sums for 1, 2 and 4 shards;
    // the weights of a checkpoint.
    int fixed = 4 + 3 + 1;
    Job sgd = job("shards = 4");
    assertEquals(
        4 * ((fixed + 0 + 1 + 1) * parameters + 16 * perRow),
        sine(sgd, 100, 0, 1).memoryBytes(HEAP) - scratch(16, 4));
    assertEquals(
        4 * ((fixed + 0 + 2 + 2) * parameters + 2 * 8 * perRow),
        sine(sgd, 100, 0, 2).memoryBytes(HEAP) - 2 * scratch(8, 2));
    Job adam = job("shards = 4", "optimizer = adam");
    assertEquals(
        4 * ((fixed + 3 * 2 + 1 + 1) * parameters + 16 * perRow),
        sine(adam, 100, 0, 1).memoryBytes(HEAP) - scratch(16, 4));
    assertEquals(
        4 * ((fixed + 3 * 2 + 1 + 1) * parameters + 256 * perRow) + 2 * (16 * 4 + 4 * 1000),
        sine(adam, 100, 1000, 1).memoryBytes(HEAP) - scratch(256, 4));
    // Of 4 shards and of 2 that are summed shard by shard, a gradient for each level above them.
    Job rounded = job("shards = 4", "communication { gradients = bfloat16 }");
    assertEquals(
        4 * ((fixed + 0 + 1 + 2 + 1) * parameters + 16 * perRow),
        sine(rounded, 100, 0, 1).memoryBytes(HEAP) - scratch(16, 4));
    assertEquals(
        4 * ((fixed + 0 + 2 + 2 * 1 + 2) * parameters + 2 * 8 * perRow),
        sine(rounded, 100, 0, 2).memoryBytes(HEAP) - 2 * scratch(8, 2));
  }

  @Test
  void shouldCountTheSlicesThatAreMadeAnewToRestoreTheBestEpoch() {
    long plain = sine(job("shards = 4"), 100, 0, 1).memoryBytes(HEAP);
    Job best = job("shards = 4", "early-stopping.metric = train-loss");
    // Its weights; two versions of them and a gradient.
    assertEquals(4 * (1 + 3) * 2, sine(best, 100, 0, 1).memoryBytes(HEAP) - plain);
  }

  /** What a thread's kernels keep that compute so many rows at once. */
  private static long scratch(int rows, int shards) {
    KernelScratch scratch = KernelsFactory.scratch();
    scratch.dense(rows, 1, 1, shards);
    return 4 * scratch.floats();
  }

  @Test
  void shouldCountWhatMetricsAreMadeOf() {
    Job job = job("shards = 4");
    assertEquals(0, sine(job, 100, 0, 1).evaluationBytes());
    // One output may tell of two classes: a score of each example, and four pairs, all twice.
    assertEquals(2 * (16 * 4 + 4 * 70_000), sine(job, 100, 70_000, 1).evaluationBytes());
    // 50 values: four sums of each for the 274 parts, or for two nodes on each of 9 levels.
    Job wide = job("shards = 4", "model = [ { dense { units = 50 } } ]");
    Network network = wide.model().build(Shape.of(1));
    assertEquals(
        Math.max(2 * 16 * 2500, 32 * 50 * 18),
        new Plan(wide, network, 100, 70_000, 1).evaluationBytes());
    assertEquals(32 * 50 * 274, new Plan(wide, network, 100, 70_000, 99).evaluationBytes());
  }

  @Test
  void shouldCountTwoBytesForParametersAndFourForBuffers() {
    Job job =
        job(
            "model = [ { dense { units = 3 } }, batch-norm ]",
            "communication { gradients = bfloat16 }");
    Plan plan = new Plan(job, job.model().build(Shape.of(1)), 64, 0, 2);
    int parameters = 2 * 3 + 2 * 3;
    int buffers = 2 * 3;
    assertEquals(2 * parameters + 4 * buffers, plan.wireBytes(job.communication().gradients()));
    assertEquals(4 * parameters + 4 * buffers, plan.wireBytes(job.communication().weights()));
    String line =
        "wire        gradients bfloat16, 48 bytes for each block; weights float32, 72 bytes to each worker";
    assertTrue(plan.table(HEAP).lines().toList().contains(line), plan.table(HEAP));
  }

  @Test
  void shouldAdviseOnlyWhatHelps() {
    assertEquals(List.of(), sine(job("batch-size = 64", "shards = 4"), 64, 0, 4).advice(HEAP));
    assertEquals(List.of(), sine(job("batch-size = 3", "shards = 1"), 64, 0, 1).advice(HEAP));
    assertEquals(
        List.of(
            "16 examples per shard or more are faster: now 8; take fewer shards or a larger"
                + " batch-size",
            "only 8 of 9 workers get a shard; shards = 9 would keep all busy"),
        sine(job("batch-size = 64", "shards = 8"), 64, 0, 9).advice(HEAP));
    assertEquals(
        "only 8 of 9 workers get a shard; take fewer workers or a larger batch-size, and as many"
            + " shards",
        sine(job("batch-size = 8", "shards = 8"), 64, 0, 9).advice(HEAP).get(1));
    assertEquals(
        List.of("batch-size 64 is more than the 1 training example: every epoch is one step"),
        sine(job("batch-size = 64", "shards = 1"), 1, 0, 1).advice(HEAP));
  }

  @Test
  void shouldDoubtARunThatTrainsNothingOrWarmsUpOnly() {
    String model = "model = [ { dense { units = 3 } }, relu, { dense { units = 1 } } ]";
    assertEquals(
        List.of("freeze holds all layers that have parameters: training changes none of them"),
        sine(job(model, "freeze = [0, 2]", "batch-size = 32"), 64, 0, 1).doubts());
    assertEquals(
        List.of("the model has no parameters: training changes nothing"),
        sine(job("model = [ relu ]", "batch-size = 32"), 64, 0, 1).doubts());
    assertEquals(List.of(), sine(job(model, "freeze = [0]"), 64, 0, 1).doubts());
    String[] lines = {"batch-size = 32", "shards = 1", "epochs = 3", ""};
    lines[3] = "schedule { cosine { warm-up-epochs = 4 } }";
    String tooLong =
        "the warm-up of 8 steps is longer than the run of 6 steps: the learning rate ends below the"
            + " one given";
    assertEquals(List.of(tooLong), sine(job(lines), 64, 0, 1).advice(HEAP));
    lines[3] = "schedule { constant { warm-up-steps = 6 } }";
    assertEquals(List.of(), sine(job(lines), 64, 0, 1).advice(HEAP));
  }

  @Test
  void shouldAdviseMoreMemoryWhenTheHeapIsTooSmall() {
    String model = "model = [ { dense { units = 1000 } } ]";
    Plan plan = sine(job("batch-size = 4096", "shards = 4", model), 4096, 0, 1);
    long vectors = plan.memoryBytes(Long.MAX_VALUE) - plan.activationBytes();
    assertEquals(
        List.of("the JVM may use 100 bytes only; give it more, as in YAMABIKO_JAVA_OPTS=-Xmx8g"),
        plan.advice(100));
    long enough = 2 * vectors;
    assertTrue(plan.activationBytes() > enough / 2);
    assertTrue(plan.advice(enough).get(0).startsWith("activations of 46.9 MiB are computed"));
  }

  @Test
  void shouldHoldLargePlans() {
    Job job = job("batch-size = 2147483647", "epochs = 2147483647", "shards = 2");
    Plan plan = sine(job, Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE);
    assertEquals(Integer.MAX_VALUE, plan.steps().steps());
    assertTrue(plan.memoryBytes(Long.MAX_VALUE) > Integer.MAX_VALUE);
  }

  @Test
  void shouldRefuseAPlanWithoutExamples() {
    Job job = job();
    assertThrows(IllegalArgumentException.class, () -> sine(job, 0, 0, 1));
  }

  @Test
  void shouldWriteSizesForPeople() {
    assertEquals("1023 bytes", PlanTable.bytes(1023));
    assertEquals("1.5 KiB", PlanTable.bytes(1536));
    assertEquals("2.0 GiB", PlanTable.bytes(2L << 30));
    assertEquals("8388608.0 TiB", PlanTable.bytes(Long.MAX_VALUE));
  }
}
