package dev.yamabiko.benchmarks;

import dev.yamabiko.data.DataLoader;
import dev.yamabiko.data.Dataset;
import dev.yamabiko.job.Job;
import dev.yamabiko.job.JobFile;
import dev.yamabiko.nn.Network;
import dev.yamabiko.step.Block;
import dev.yamabiko.step.BlockComputation;
import dev.yamabiko.step.BlockSum;
import dev.yamabiko.step.Objective;
import dev.yamabiko.step.PlainStep;
import dev.yamabiko.step.ShardPlanner;
import dev.yamabiko.step.SliceStep;
import dev.yamabiko.step.Statistics;
import dev.yamabiko.step.StepPlan;
import dev.yamabiko.tensor.ScalarKernels;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How many samples per second does one thread train, and how many bytes does a step allocate? A
 * step is what workers and one slice do in it: install the weights, read the examples, forward,
 * loss, backward, the sum along the tree over shards, gradient descent; without actors and
 * messages. The models are the MLP 784-512-256-10 and a convolutional network of LeNet's size, on
 * drawn digits.
 *
 * <pre>
 * mvn -q -Pquick -pl common,benchmarks package
 * java --add-modules jdk.incubator.vector -cp 'benchmarks/target/lib/*' org.openjdk.jmh.Main \
 *     StepBenchmark -prof gc
 * </pre>
 *
 * About 6 minutes. The score is steps per second, {@code samples} is samples per second, and {@code
 * gc.alloc.rate.norm} is bytes per step, which should be as many for every batch size. It was not
 * quite when this was written: with the vector kernels some 32 bytes for each example are left, and
 * 4 more for the order of a new epoch. JMH adds its own share to each iteration. Two workers take
 * turns in the one thread: the difference to one worker is what cutting the batch costs.
 *
 * <p>The Vector API allocates hundreds of megabytes per step until it is compiled; with {@code
 * -Xbatch} that takes a number of steps, not the time that a busy machine leaves to the compiler.
 * Kernels for a batch's last rows run seldom and are compiled last: where bytes differ between
 * batch sizes, look again with {@code -wi 20} before blaming a step.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(value = 2, jvmArgsAppend = "-Xbatch")
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 3, time = 2)
public class StepBenchmark {

  /** Samples trained on, reported beside the score. */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.OPERATIONS)
  public static class Trained {
    public long samples;
  }

  /** A small rate, so that the weights stay where the arithmetic is that of a beginning run. */
  private static final String JOB =
      """
      data {
        train { builtin { name = digits, examples = 4096 } }
        storage = memory
      }
      loss = softmax-cross-entropy
      optimizer { sgd { learning-rate = 1e-4, momentum = 0.9 } }
      epochs = 1000000
      """;

  private static final String MLP =
      """
      model = [
        flatten, { dense { units = 512 } }, relu, { dense { units = 256 } }, relu,
        { dense { units = 10 } }
      ]
      """;

  private static final String CNN =
      """
      model = [
        { conv2d { filters = 32, kernel = 3 } }, relu, { max-pool { size = 2 } },
        { conv2d { filters = 64, kernel = 3 } }, relu, { max-pool { size = 2 } },
        flatten, { dense { units = 128 } }, relu, { dense { units = 10 } }
      ]
      """;

  @Param({"mlp", "cnn"})
  public String model;

  @Param({"32", "128", "512"})
  public int batch;

  @Param("8")
  public int shards;

  @Param({"1", "2"})
  public int workers;

  /** One worker's blocks, its weights and where the gradient of each block goes. */
  private record Worker(
      BlockComputation computation, float[] weights, List<Block> blocks, List<float[]> gradients) {

    static Worker create(Objective objective, List<Block> blocks) {
      int length = objective.network().length();
      return new Worker(
          new BlockComputation(objective, MatmulBenchmark.kernels("vector")),
          new float[length],
          blocks,
          blocks.stream().map(block -> new float[length]).toList());
    }

    void train(StepPlan plan, long step, Dataset data, float[] current, List<BlockSum.Part> parts) {
      System.arraycopy(current, 0, weights, 0, weights.length);
      for (int i = 0; i < blocks.size(); i++) {
        float[] gradient = gradients.get(i);
        Statistics statistics =
            computation.train(
                plan, step, blocks.get(i), data, weights, gradient, (index, known) -> {});
        parts.add(new BlockSum.Part(blocks.get(i), gradient, 0, statistics));
      }
    }
  }

  private Dataset data;
  private StepPlan plan;
  private SliceStep slice;
  private List<Worker> team;
  private long step;

  @Setup
  public void prepare() {
    List<String> settings = List.of("batch-size=" + batch, "shards=" + shards);
    String text = JOB + (model.equals("mlp") ? MLP : CNN);
    Job job = JobFile.parse(text, "StepBenchmark", Path.of(""), settings);
    data = DataLoader.load(job.data(), job.seed()).train();
    plan = new StepPlan(data.size(), job.batchSize(), job.shards(), job.epochs());
    Network network = job.model().build(data.inputShape());
    Objective objective = new Objective(network, job.loss(), job.seed());
    team =
        ShardPlanner.plan(shards, workers).stream()
            .map(blocks -> Worker.create(objective, blocks))
            .toList();
    slice = new SliceStep(0, network.length(), plan, job.update(), network.regions());
    float[] weights = network.initialWeights(job.seed());
    slice.restore(0, weights, new float[job.optimizer().stateVectors()][network.length()]);
    step = 0;
    PlainStep plain = new PlainStep(plan, objective, job.update(), data, new ScalarKernels());
    if (!Arrays.equals(plain.apply(0, weights), step(new Trained()))) {
      throw new IllegalStateException("the step's weights differ from those of the plain step");
    }
  }

  @Benchmark
  public float[] step(Trained trained) {
    List<BlockSum.Part> parts = new ArrayList<>();
    for (Worker worker : team) {
      worker.train(plan, step, data, slice.weights(step), parts);
    }
    slice.aggregate(step, parts);
    slice.update(step, Double.NaN);
    trained.samples += plan.batchExamples(step);
    step++;
    return slice.weights(step);
  }
}
