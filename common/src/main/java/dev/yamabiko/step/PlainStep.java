package dev.yamabiko.step;

import dev.yamabiko.data.Dataset;
import dev.yamabiko.nn.Network;
import dev.yamabiko.nn.Region;
import dev.yamabiko.tensor.Bfloat16;
import dev.yamabiko.tensor.Kernels;
import dev.yamabiko.tensor.StochasticRounding;
import java.util.Arrays;

/**
 * The step as one thread would do it with a pencil: every shard by itself, sums along the tree by
 * recursion, one update of the whole vector. It knows no blocks, slices, workers or messages, and
 * so it is the right answer that everything else is compared with. What the job's communication
 * setting rounds it rounds one number at a time. Of what is not finite it looks at the loss alone.
 */
public final class PlainStep {

  private final StepPlan plan;
  private final Network network;
  private final UpdateRule rule;
  private final Dataset train;
  private final long seed;
  private final boolean roundsGradients;
  private final boolean roundsWeights;
  private final BlockComputation computation;
  private final float[][] state;

  public PlainStep(
      StepPlan plan, Objective objective, UpdateRule rule, Dataset train, Kernels kernels) {
    this.plan = plan;
    this.network = objective.network();
    this.rule = rule;
    this.train = train;
    seed = objective.seed();
    Communication communication = objective.communication();
    roundsGradients = communication.gradients() == Communication.Format.BFLOAT16;
    roundsWeights = communication.weights() == Communication.Format.BFLOAT16;
    computation = new BlockComputation(objective.exactly(), kernels);
    state = new float[rule.optimizer().stateVectors()][network.length()];
  }

  /** weights[step + 1]. Steps must be taken in order, for the optimizer's state. */
  public float[] apply(long step, float[] weights) {
    float[] gradient = sum(step, 0, plan.shards(), asComputedWith(weights));
    int n = plan.batchExamples(step);
    for (int i = 0; i < gradient.length; i++) {
      gradient[i] /= n;
    }
    double norm = rule.needsNorm() ? norm(gradient) : Double.NaN;
    float rate = rule.learningRate(plan, step);
    float[] next = weights.clone();
    for (Region region : network.regions()) {
      int from = region.from();
      int to = region.to();
      if (region.rule() == Region.Rule.TRAINED) {
        rule.clip(gradient, from, to, norm);
        rule.optimizer().step(step, rate, from, to, weights, next, gradient, 1, state);
      } else if (region.rule() == Region.Rule.AVERAGED) {
        for (int i = from; i < to; i++) {
          next[i] = weights[i] + region.momentum() * (gradient[i] - weights[i]);
        }
      }
    }
    return next;
  }

  private float[] asComputedWith(float[] weights) {
    float[] rounded = weights.clone();
    for (int i = 0; roundsWeights && i < network.parameterCount(); i++) {
      rounded[i] = Bfloat16.nearest(weights[i]);
    }
    return rounded;
  }

  private double norm(float[] gradient) {
    float[] trained = gradient.clone();
    for (Region region : network.regions()) {
      if (region.rule() != Region.Rule.TRAINED) {
        Arrays.fill(trained, region.from(), region.to(), 0);
      }
    }
    return Math.sqrt(ChunkGrid.total(ChunkGrid.squares(trained, 0, trained.length)));
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
      float[] gradient = new float[network.length()];
      computation.train(
          plan, step, new Block(l, h), train, weights, gradient, (index, statistics) -> {});
      round(step, 2L * l, gradient);
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
    round(step, 2L * (l + power) - 1, left);
    return left;
  }

  private void round(long step, long node, float[] sum) {
    for (int i = 0; roundsGradients && i < network.parameterCount(); i++) {
      sum[i] = Bfloat16.stochastic(sum[i], StochasticRounding.random(seed, step, node, i));
    }
  }
}
