package dev.yamabiko.step;

import dev.yamabiko.data.Dataset;
import dev.yamabiko.nn.Loss;
import dev.yamabiko.nn.Network;
import dev.yamabiko.optim.Optimizer;
import dev.yamabiko.tensor.Kernels;
import java.util.OptionalDouble;

/**
 * The step as one thread would do it with a pencil: every shard by itself, sums along the tree by
 * recursion, one update of the whole vector. It knows no blocks, slices, workers or messages, and
 * so it is the right answer that everything else is compared with.
 */
public final class PlainStep {

  private final StepPlan plan;
  private final Network network;
  private final Optimizer optimizer;
  private final OptionalDouble clipNorm;
  private final Dataset train;
  private final BlockComputation computation;
  private final float[][] state;

  public PlainStep(
      StepPlan plan,
      Network network,
      Loss loss,
      Optimizer optimizer,
      OptionalDouble clipNorm,
      long seed,
      Dataset train,
      Kernels kernels) {
    this.plan = plan;
    this.network = network;
    this.optimizer = optimizer;
    this.clipNorm = clipNorm;
    this.train = train;
    computation = new BlockComputation(network, loss, seed, kernels);
    state = new float[optimizer.stateVectors()][network.parameterCount()];
  }

  /** weights[step + 1]. Steps must be taken in order, for the optimizer's state. */
  public float[] apply(long step, float[] weights) {
    float[] gradient = sum(step, 0, plan.shards(), weights);
    int n = plan.batchExamples(step);
    for (int i = 0; i < gradient.length; i++) {
      gradient[i] /= n;
    }
    if (clipNorm.isPresent()) {
      double norm = Math.sqrt(ChunkGrid.total(ChunkGrid.squares(gradient, 0, gradient.length)));
      if (norm > clipNorm.getAsDouble()) {
        float scale = (float) (clipNorm.getAsDouble() / norm);
        for (int i = 0; i < gradient.length; i++) {
          gradient[i] *= scale;
        }
      }
    }
    float[] next = new float[weights.length];
    optimizer.step(
        step, optimizer.learningRate(), weights.length, weights, 0, next, 0, gradient, 0, state);
    return next;
  }

  /** All steps, from the job's initial weights. */
  public float[] run(long seed) {
    float[] weights = network.initialWeights(seed);
    for (long step = 0; step < plan.steps(); step++) {
      weights = apply(step, weights);
    }
    return weights;
  }

  /** The node for shards [l, h), or null where it is absent. */
  private float[] sum(long step, int l, int h, float[] weights) {
    if (h - l == 1) {
      if (plan.isEmpty(step, l)) {
        return null;
      }
      float[] gradient = new float[network.parameterCount()];
      computation.train(
          plan, step, new Block(l, h), train, weights, gradient, (index, statistics) -> {});
      return gradient;
    }
    int power = 1;
    while (power * 2 < h - l) {
      power *= 2;
    }
    float[] left = sum(step, l, l + power, weights);
    float[] right = sum(step, l + power, h, weights);
    if (left == null || right == null) {
      return left == null ? right : left;
    }
    for (int i = 0; i < left.length; i++) {
      left[i] = left[i] + right[i];
    }
    return left;
  }
}
