package dev.yamabiko.step;

import dev.yamabiko.nn.NetworkPass;
import dev.yamabiko.nn.Region;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The update of one slice of the flat vector: finish the tree, divide by the batch's true number of
 * examples, clip, take the optimizer's step; buffers move towards the batch's mean. Holds two
 * weight buffers: weights[t] stays whole until the update of step t + 1 begins, so a shard can be
 * computed again from it.
 */
public final class SliceStep {

  /**
   * Where a run diverged.
   *
   * @param what is not finite, with its verb: "the weights after step 3 are"
   * @param index of the first such element in the slice
   */
  public record NonFinite(String what, int index) {}

  private final int from;
  private final int length;
  private final StepPlan plan;
  private final UpdateRule rule;
  private final Rounding rounding;
  private final List<Region> regions;
  private final float[][] weights;
  private final float[][] state;
  private final float[] gradient;
  private final float[] masked;
  private final BlockSum blockSum;

  /**
   * The slice [from, to) of the flat vector; all zeros until {@link #restore}.
   *
   * @param regions of the network
   */
  public SliceStep(int from, int to, StepPlan plan, UpdateRule rule, List<Region> regions) {
    this(from, to, plan, rule, regions, Rounding.NONE);
  }

  /**
   * The same.
   *
   * @param rounding of the tree's sums, and of what workers get of the weights
   */
  public SliceStep(
      int from, int to, StepPlan plan, UpdateRule rule, List<Region> regions, Rounding rounding) {
    this.from = from;
    this.length = to - from;
    this.plan = plan;
    this.rule = rule;
    this.rounding = rounding;
    this.regions =
        regions.stream().map(r -> r.within(from, to)).filter(r -> r.from() < r.to()).toList();
    weights = new float[2][length];
    state = new float[rule.optimizer().stateVectors()][length];
    gradient = new float[length];
    boolean mixed = this.regions.stream().anyMatch(r -> r.rule() != Region.Rule.TRAINED);
    masked = rule.needsNorm() && mixed ? new float[length] : gradient;
    blockSum = new BlockSum(length, plan.shards(), rounding, from);
  }

  /**
   * Goes on from here.
   *
   * @param wholeWeights the whole flat vector weights[step]
   * @param wholeState the optimizer's vectors after so many steps, each as long
   */
  public void restore(long step, float[] wholeWeights, float[][] wholeState) {
    System.arraycopy(wholeWeights, from, weights(step), 0, length);
    for (int i = 0; i < state.length; i++) {
      System.arraycopy(wholeState[i], from, state[i], 0, length);
    }
  }

  public int length() {
    return length;
  }

  /** This slice of weights[step]; valid for the last two steps reached. */
  public float[] weights(long step) {
    return weights[(int) (step & 1)];
  }

  /** How many of the first elements of weights[step] reach workers as bfloat16. */
  public int narrowWeights(long step) {
    return rounding.narrowWeights(plan, step, from, from + length);
  }

  public Rounding rounding() {
    return rounding;
  }

  /** This slice of the optimizer's state after the last update; owned by this object. */
  public float[][] state() {
    return state;
  }

  /** The batch's mean gradient and mean buffers, from the blocks' sums. First half of a step. */
  public Statistics aggregate(long step, List<BlockSum.Part> parts) {
    Statistics statistics = blockSum.sum(step, plan.shards(), parts, gradient);
    float n = plan.batchExamples(step);
    for (int i = 0; i < length; i++) {
      gradient[i] = gradient[i] / n;
    }
    return statistics;
  }

  public boolean needsNorm() {
    return rule.needsNorm();
  }

  /** Sums of squares of this slice's chunks, once aggregated; only what is trained counts. */
  public double[] squares() {
    if (masked != gradient) {
      Arrays.fill(masked, 0);
      for (Region region : regions) {
        if (region.rule() == Region.Rule.TRAINED) {
          int size = region.to() - region.from();
          System.arraycopy(gradient, region.from(), masked, region.from(), size);
        }
      }
    }
    return ChunkGrid.squares(masked, 0, length);
  }

  /**
   * weights[step + 1] from weights[step] and the aggregated gradient. Second half of a step.
   *
   * @param norm the global norm of the gradient, over all slices; only read when clipping by it
   * @return what is NaN or infinite; the slice is of no use then
   */
  public Optional<NonFinite> update(long step, double norm) {
    // Before clipping, which would hide that a sum over blocks overflowed, as one inside would not.
    int bad = NetworkPass.firstNonFinite(gradient, 0, length);
    if (bad >= 0) {
      return Optional.of(new NonFinite("the gradient of step %d is".formatted(step), bad));
    }
    float[] w = weights(step);
    float[] next = weights(step + 1);
    float rate = rule.learningRate(plan, step);
    for (Region region : regions) {
      int from = region.from();
      int to = region.to();
      switch (region.rule()) {
        case TRAINED -> {
          rule.clip(gradient, from, to, norm);
          rule.optimizer().step(step, rate, from, to, w, next, gradient, state);
        }
        case FROZEN -> System.arraycopy(w, from, next, from, to - from);
        case AVERAGED -> {
          for (int i = from; i < to; i++) {
            next[i] = w[i] + region.momentum() * (gradient[i] - w[i]);
          }
        }
      }
    }
    bad = NetworkPass.firstNonFinite(next, 0, length);
    if (bad >= 0) {
      return Optional.of(new NonFinite("the weights after step %d are".formatted(step), bad));
    }
    for (float[] vector : state) {
      bad = NetworkPass.firstNonFinite(vector, 0, length);
      if (bad >= 0) {
        return Optional.of(
            new NonFinite("the optimizer's state after step %d is".formatted(step), bad));
      }
    }
    return Optional.empty();
  }
}
