package dev.yamabiko.worker;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.data.DataLoader;
import dev.yamabiko.data.Dataset;
import dev.yamabiko.data.LoadedData;
import dev.yamabiko.data.Targets;
import dev.yamabiko.job.Job;
import dev.yamabiko.job.JobFile;
import dev.yamabiko.nn.Network;
import dev.yamabiko.protocol.DataPart;
import dev.yamabiko.protocol.FloatSegment;
import dev.yamabiko.step.Block;
import dev.yamabiko.step.BlockComputation;
import dev.yamabiko.step.ChunkGrid;
import dev.yamabiko.step.DivergenceException;
import dev.yamabiko.step.EvaluationPlan;
import dev.yamabiko.step.Measures;
import dev.yamabiko.step.Objective;
import dev.yamabiko.step.Statistics;
import dev.yamabiko.step.StepPlan;
import dev.yamabiko.tensor.Bfloat16;
import dev.yamabiko.tensor.KernelsFactory;
import dev.yamabiko.tensor.Shape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A replica on several threads, against blocks in one piece on one. */
class ComputeThreadsTest {

  private static final int SLICES = 3;

  /** 17 steps an epoch, the last of 3 examples: most of its shards are empty. */
  private static final String JOB =
      """
      data.train.builtin { name = spirals, examples = 643 }
      data.validation.builtin { name = spirals, examples = 900 }
      model = [ { dense { units = 1500 } }, { dropout { rate = 0.3 } }, relu, { dense { units = 3 } } ]
      loss = softmax-cross-entropy, optimizer = sgd
      batch-size = 40, epochs = 2
      """;

  private record Gradient(float[] values, Statistics statistics) {}

  private final ExecutorService pool = Executors.newCachedThreadPool();

  @AfterEach
  void end() {
    pool.shutdownNow();
  }

  private static Job job(String more) {
    return JobFile.parse(JOB + more, "test.conf", Path.of(""), List.of());
  }

  private static LoadedData data(Job job) {
    return DataLoader.load(job.data(), job.seed());
  }

  private RunReplica replica(Job job, Dataset train, int threads, long activationBytes) {
    TrainingData training = new TrainingData(train, data(job).validation());
    return new RunReplica(
        job,
        training,
        SLICES,
        new Processor(pool, pool, threads, activationBytes, System::nanoTime));
  }

  private static List<FloatSegment> slices(float[] weights) {
    List<FloatSegment> slices = new ArrayList<>();
    for (int k = 0; k < SLICES; k++) {
      int from = ChunkGrid.sliceFrom(weights.length, SLICES, k);
      int to = ChunkGrid.sliceFrom(weights.length, SLICES, k + 1);
      slices.add(new FloatSegment(weights, from, to - from));
    }
    return slices;
  }

  /** What every block of the lease gives, put together from its slices. */
  private static Map<Block, Gradient> train(RunReplica replica, long step, List<Block> lease) {
    Map<Block, Gradient> gradients = new ConcurrentHashMap<>();
    Map<String, Integer> contributions = new ConcurrentHashMap<>();
    replica.train(
        step,
        lease,
        (block, slice, gradient, statistics) -> {
          contributions.merge(block + "/" + slice, 1, Integer::sum);
          float[] all =
              gradients
                  .computeIfAbsent(
                      block, key -> new Gradient(new float[gradient.values().length], statistics))
                  .values();
          System.arraycopy(gradient.values(), gradient.at(), all, gradient.at(), gradient.length());
          assertEquals(statistics, gradients.get(block).statistics());
        });
    assertEquals(gradients.size() * SLICES, contributions.size());
    assertTrue(contributions.values().stream().allMatch(n -> n == 1), contributions.toString());
    return gradients;
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1", "2, 1", "2, 2", "2, 7", "2, 8", "3, 8", "3, 13", "5, 3", "5, 7", "5, 13", "5, 37"
  })
  void shouldGiveTheBitsOfTheUndividedBlock(int threads, int shards) {
    assertBitsOfTheUndividedBlock(threads, shards, "");
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "2, 1", "1, 8", "2, 7", "3, 13", "5, 37"})
  void shouldGiveTheBitsOfTheUndividedBlockWhereSumsAreRounded(int threads, int shards) {
    assertBitsOfTheUndividedBlock(threads, shards, "\ncommunication { gradients = bfloat16 }");
  }

  private void assertBitsOfTheUndividedBlock(int threads, int shards, String more) {
    Job job = job("shards = " + shards + more);
    Dataset train = data(job).train();
    Network network = job.model().build(train.inputShape());
    float[] weights = network.initialWeights(3);
    StepPlan plan = new StepPlan(train.size(), job.batchSize(), shards, job.epochs());
    Objective objective = job.objective(network);
    BlockComputation plain = new BlockComputation(objective, KernelsFactory.create());
    RunReplica replica = replica(job, train, threads, Long.MAX_VALUE);
    for (long step : new long[] {0, 16, 20}) {
      for (List<Block> lease :
          List.of(Block.cover(0, shards, shards), Block.cover(shards / 3, shards, shards))) {
        replica.install(step, slices(weights));
        Map<Block, Gradient> actual = train(replica, step, lease);
        List<Block> full = lease.stream().filter(block -> !plan.isEmpty(step, block)).toList();
        assertEquals(full.size(), actual.size());
        for (Block block : full) {
          float[] expected = new float[network.length()];
          Statistics statistics =
              plain.train(plan, step, block, train, weights, expected, (index, known) -> {});
          assertArrayEquals(bits(expected), bits(actual.get(block).values()), "block " + block);
          assertEquals(statistics, actual.get(block).statistics());
        }
      }
    }
  }

  /** Only what is a bfloat16 may travel as one. */
  @Test
  void shouldContributeBfloat16sOfWeightsThatAreBfloat16sWhereTheJobSaysSo() {
    Job job = job("shards = 5, communication { gradients = bfloat16, weights = bfloat16 }");
    Dataset train = data(job).train();
    Network network = job.model().build(train.inputShape());
    float[] weights = network.initialWeights(3);
    float[] rounded = weights.clone();
    Bfloat16.nearest(rounded, 0, rounded.length);
    List<Block> lease = List.of(new Block(0, 4));
    RunReplica whole = replica(job, train, 2, Long.MAX_VALUE);
    whole.install(7, slices(weights));
    float[] gradient = train(whole, 7, lease).get(lease.get(0)).values();
    RunReplica sent = replica(job, train, 1, Long.MAX_VALUE);
    sent.install(7, slices(rounded));
    assertArrayEquals(bits(gradient), bits(train(sent, 7, lease).get(lease.get(0)).values()));
    for (float g : gradient) {
      assertEquals(Bfloat16.nearest(g), g);
    }
    whole.train(
        7,
        lease,
        (block, slice, segment, known) -> assertEquals(segment.length(), segment.narrow()));
  }

  /** Or a result would not be that of the model. */
  @Test
  void shouldEvaluateWholeWeightsOnly() {
    Job job = job("shards = 5, communication { weights = bfloat16 }");
    Dataset train = data(job).train();
    float[] weights = job.model().build(train.inputShape()).initialWeights(3);
    Job exact = job("shards = 5");
    RunReplica replica = replica(job, train, 1, Long.MAX_VALUE);
    replica.install(17, slices(weights));
    train(replica, 17, List.of(new Block(0, 4)));
    replica.install(17, slices(weights));
    RunReplica other = replica(exact, train, 1, Long.MAX_VALUE);
    other.install(17, slices(weights));
    assertEquals(validation(other), validation(replica));
    replica.install(18, slices(weights));
    assertThrows(IllegalStateException.class, () -> validation(replica));
  }

  private static Measures validation(RunReplica replica) {
    List<Measures> all = new ArrayList<>();
    replica.evaluate(DataPart.VALIDATION, true, 0, 1, (part, measures) -> all.add(measures));
    return all.get(0);
  }

  private static int[] bits(float[] values) {
    int[] bits = new int[values.length];
    Arrays.setAll(bits, i -> Float.floatToRawIntBits(values[i]));
    return bits;
  }

  @Test
  void shouldGiveTheSameBitsWhereActivationsDoNotFit() {
    Job job = job("shards = 5");
    Dataset train = data(job).train();
    float[] weights = job.model().build(train.inputShape()).initialWeights(3);
    List<Block> lease = Block.cover(0, 5, 5);
    RunReplica large = replica(job, train, 1, Long.MAX_VALUE);
    RunReplica small = replica(job, train, 3, 1);
    large.install(0, slices(weights));
    small.install(0, slices(weights));
    assertArrayEquals(
        bits(train(large, 0, lease).get(lease.get(0)).values()),
        bits(train(small, 0, lease).get(lease.get(0)).values()));
  }

  @Test
  void shouldComputePiecesAtTheSameTime() {
    Job job = job("shards = 4");
    CyclicBarrier meeting = new CyclicBarrier(3);
    Dataset train = new Watched(data(job).train(), meeting);
    RunReplica replica = replica(job, train, 3, Long.MAX_VALUE);
    replica.install(0, slices(job.model().build(train.inputShape()).initialWeights(3)));
    assertEquals(1, train(replica, 0, List.of(new Block(0, 4))).size());
    assertEquals(0, meeting.getNumberWaiting());
  }

  /** Each thread's first example waits for the other threads'. */
  private record Watched(Dataset all, CyclicBarrier meeting, ThreadLocal<Boolean> met)
      implements Dataset {

    Watched(Dataset all, CyclicBarrier meeting) {
      this(all, meeting, ThreadLocal.withInitial(() -> false));
    }

    @Override
    public int size() {
      return all.size();
    }

    @Override
    public Shape inputShape() {
      return all.inputShape();
    }

    @Override
    public Targets targets() {
      return all.targets();
    }

    @Override
    public void readInput(int index, float[] into, int at) {
      if (!met.get()) {
        met.set(true);
        try {
          meeting.await(60, TimeUnit.SECONDS);
        } catch (Exception e) {
          throw new IllegalStateException("the threads do not compute at the same time", e);
        }
      }
      all.readInput(index, into, at);
    }

    @Override
    public void readTarget(int index, float[] into, int at) {
      all.readTarget(index, into, at);
    }
  }

  @Test
  void shouldEvaluateEveryPartOnce() {
    Job job = job("shards = 4");
    Dataset train = data(job).train();
    float[] weights = job.model().build(train.inputShape()).initialWeights(3);
    List<Map<Integer, Measures>> byThreads = new ArrayList<>();
    for (int threads : new int[] {1, 3}) {
      RunReplica replica = replica(job, train, threads, Long.MAX_VALUE);
      replica.install(0, slices(weights));
      Map<Integer, Measures> parts = new ConcurrentHashMap<>();
      replica.evaluate(
          DataPart.VALIDATION, true, 1, new EvaluationPlan(900).parts(), (p, s) -> parts.put(p, s));
      byThreads.add(new TreeMap<>(parts));
    }
    assertEquals(List.of(1, 2, 3), List.copyOf(byThreads.get(0).keySet()));
    assertEquals(byThreads.get(0), byThreads.get(1));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void shouldNameTheStepsFirstShardThatDiverges(int threads) {
    Job job = job("shards = 8");
    Dataset train = data(job).train();
    RunReplica replica = replica(job, train, threads, Long.MAX_VALUE);
    float[] weights = new float[job.model().build(train.inputShape()).length()];
    Arrays.fill(weights, Float.NaN);
    replica.install(0, slices(weights));
    DivergenceException failure =
        assertThrows(DivergenceException.class, () -> train(replica, 0, List.of(new Block(4, 8))));
    assertTrue(failure.getMessage().contains("step 0, shard 0"), failure.getMessage());
  }
}
