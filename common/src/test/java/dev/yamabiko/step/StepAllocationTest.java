package dev.yamabiko.step;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.data.Dataset;
import dev.yamabiko.data.NoiseData;
import dev.yamabiko.data.Targets;
import dev.yamabiko.nn.Activation;
import dev.yamabiko.nn.BatchNorm;
import dev.yamabiko.nn.Conv2d;
import dev.yamabiko.nn.Dense;
import dev.yamabiko.nn.Dropout;
import dev.yamabiko.nn.Flatten;
import dev.yamabiko.nn.Initializer;
import dev.yamabiko.nn.LayerNorm;
import dev.yamabiko.nn.LayerSpec;
import dev.yamabiko.nn.MaxPool;
import dev.yamabiko.nn.Network;
import dev.yamabiko.nn.SoftmaxCrossEntropy;
import dev.yamabiko.optim.Sgd;
import dev.yamabiko.tensor.AllocatedBytes;
import dev.yamabiko.tensor.Kernels;
import dev.yamabiko.tensor.ScalarKernels;
import dev.yamabiko.tensor.Shape;
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
      long before = AllocatedBytes.ofThisThread();
      Statistics s =
          computation.train(plan, step, block, data, slice.weights(step), gradient, (i, k) -> {});
      slice.aggregate(step, List.of(new BlockSum.Part(block, gradient, 0, s)));
      slice.update(step, Math.sqrt(ChunkGrid.total(slice.squares())));
      bytes[step] = AllocatedBytes.ofThisThread() - before;
    }
    long[] last = Arrays.copyOfRange(bytes, warmup, steps);
    Arrays.sort(last);
    return last[MEASURED / 2];
  }

  private static void assertFlat(Shape input, List<LayerSpec> layers, int warmUp) {
    Kernels kernels = new ScalarKernels();
    long small = median(input, layers, SMALL, kernels, warmUp);
    long large = median(input, layers, LARGE, kernels, warmUp);
    assertTrue(
        large <= small + SLACK,
        "%d bytes for a batch of %d but %d for %d".formatted(small, SMALL, large, LARGE));
  }

  @Test
  void shouldAllocateNothingForAnExampleWhenPerceptron() {
    assertFlat(
        Shape.of(20),
        List.of(
            new Dense.Spec(16, Initializer.HE),
            new LayerNorm.Spec(1e-5f),
            new Activation.Spec(Activation.Kind.TANH),
            new Dropout.Spec(0.2f),
            new Dense.Spec(3, Initializer.HE)),
        300);
  }

  @Test
  void shouldAllocateNothingForAnExampleWhenConvolutional() {
    assertFlat(
        Shape.of(1, 6, 6),
        List.of(
            new Conv2d.Spec(4, 3, 3, 1, 1, 1, Initializer.HE),
            new BatchNorm.Spec(0.1f, 1e-5f),
            new Activation.Spec(Activation.Kind.RELU),
            new MaxPool.Spec(2, 2),
            new Flatten.Spec(),
            new Dense.Spec(3, Initializer.HE)),
        300);
  }
}
