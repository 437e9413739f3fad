package dev.yamabiko.step;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import dev.yamabiko.data.Dataset;
import dev.yamabiko.data.NoiseData;
import dev.yamabiko.data.Targets;
import dev.yamabiko.nn.LayerSpec;
import dev.yamabiko.nn.Network;
import dev.yamabiko.nn.SoftmaxCrossEntropy;
import dev.yamabiko.optim.Sgd;
import dev.yamabiko.tensor.Kernels;
import dev.yamabiko.tensor.KernelsFactory;
import dev.yamabiko.tensor.ScalarKernels;
import dev.yamabiko.tensor.Shape;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/**
 * A step in steady state allocates a few objects for each block and layer, and nothing for an
 * example: a batch sixteen times as large allocates as much.
 */
class StepAllocationTest {

  private static final int SHARDS = 8;
  private static final int SMALL = 16;
  private static final int LARGE = 256;

  /** The smallest object is 16 bytes, so one for each of the 240 examples more is 3,840. */
  private static final long SLACK = 2048;

  private static final int MEASURED = 9;

  /** Examples read from memory, without so much as a generator for each. */
  private record InMemory(Shape inputShape, Targets targets, float[][] inputs, float[][] outputs)
      implements Dataset {

    static InMemory copy(Dataset data) {
      float[][] inputs = new float[data.size()][data.inputShape().size()];
      float[][] outputs = new float[data.size()][data.targets().width()];
      for (int i = 0; i < inputs.length; i++) {
        data.readInput(i, inputs[i], 0);
        data.readTarget(i, outputs[i], 0);
      }
      return new InMemory(data.inputShape(), data.targets(), inputs, outputs);
    }

    @Override
    public int size() {
      return inputs.length;
    }

    @Override
    public void readInput(int index, float[] into, int at) {
      System.arraycopy(inputs[index], 0, into, at, inputs[index].length);
    }

    @Override
    public void readTarget(int index, float[] into, int at) {
      System.arraycopy(outputs[index], 0, into, at, outputs[index].length);
    }
  }

  private static long allocated() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    return threads.getThreadAllocatedBytes(Thread.currentThread().getId());
  }

  private static long median(
      Shape input, List<LayerSpec> layers, int batch, Kernels kernels, int warmup) {
    int steps = warmup + MEASURED;
    Dataset data = InMemory.copy(NoiseData.classes(batch * 2, input, 3, 5));
    StepPlan plan = new StepPlan(batch * 2, batch, SHARDS, steps);
    Network network = Network.build(input, layers);
    UpdateRule rule = Trial.rule(new Sgd(0.01f, 0.9f, false, 0), OptionalDouble.of(1));
    BlockComputation computation =
        new BlockComputation(new Objective(network, new SoftmaxCrossEntropy(), 3), kernels);
    int n = network.length();
    SliceStep slice = new SliceStep(0, n, plan, rule, network.regions());
    slice.restore(0, network.initialWeights(3), new float[1][n]);
    float[] gradient = new float[n];
    Block block = new Block(0, SHARDS);
    long[] bytes = new long[steps];
    for (int step = 0; step < steps; step++) {
      long before = allocated();
      Statistics s =
          computation.train(plan, step, block, data, slice.weights(step), gradient, (i, k) -> {});
      slice.aggregate(step, List.of(new BlockSum.Part(block, gradient, 0, s)));
      slice.update(step, Math.sqrt(ChunkGrid.total(slice.squares())));
      bytes[step] = allocated() - before;
    }
    StringBuilder b = new StringBuilder();
    for (int i = 0; i < steps; i = i < 10 ? i + 1 : i + i / 8) b.append(i + ":" + bytes[i] + " ");
    System.out.println(kernels.name() + " " + input + " batch " + batch + " " + b);
    long[] last = Arrays.copyOfRange(bytes, warmup, steps);
    Arrays.sort(last);
    System.out.println(Arrays.toString(last));
    return last[MEASURED / 2];
  }

  @Test
  void explore() {
    for (Kernels k : List.of(new ScalarKernels(), KernelsFactory.create())) {
      for (int batch : new int[] {SMALL, LARGE}) {
        long t = System.nanoTime();
        median(
            Shape.of(20),
            List.of(
                new dev.yamabiko.nn.Dense.Spec(16, dev.yamabiko.nn.Initializer.HE),
                new dev.yamabiko.nn.Activation.Spec(dev.yamabiko.nn.Activation.Kind.TANH),
                new dev.yamabiko.nn.Dense.Spec(3, dev.yamabiko.nn.Initializer.HE)),
            batch,
            k,
            600);
        System.out.println((System.nanoTime() - t) / 1e6 + " ms");
        t = System.nanoTime();
        median(
            Shape.of(1, 8, 8),
            List.of(
                new dev.yamabiko.nn.Conv2d.Spec(8, 3, 3, 1, 0, 0, dev.yamabiko.nn.Initializer.HE),
                new dev.yamabiko.nn.Activation.Spec(dev.yamabiko.nn.Activation.Kind.RELU),
                new dev.yamabiko.nn.MaxPool.Spec(2, 2),
                new dev.yamabiko.nn.Flatten.Spec(),
                new dev.yamabiko.nn.Dense.Spec(3, dev.yamabiko.nn.Initializer.HE)),
            batch,
            k,
            600);
        System.out.println((System.nanoTime() - t) / 1e6 + " ms");
      }
    }
    assertTrue(true);
    assumeTrue(true);
  }
}
