package dev.yamabiko.step;

import dev.yamabiko.nn.NetworkPass;
import dev.yamabiko.optim.Optimizer;
import java.util.List;
import java.util.OptionalDouble;

/**
 * The update of one slice of the flat vector: finish the tree, divide by the batch's true number of
 * examples, clip, take the optimizer's step. Holds two weight buffers: weights[t] stays whole until
 * the update of step t + 1 begins, so a shard can be computed again from it.
 */
public final class SliceStep {

  private final int length;
  private final StepPlan plan;
  private final Optimizer optimizer;
  private final OptionalDouble clipNorm;
  private final float[][] weights;
  private final float[][] state;
  private final float[] gradient;
  private final BlockSum blockSum;

  /**
   * @param initial the whole flat vector weights[0]; this slice is [from, to) of it
   */
  public SliceStep(
      float[] initial,
      int from,
      int to,
      StepPlan plan,
      Optimizer optimizer,
      OptionalDouble clipNorm) {
    this.length = to - from;
    this.plan = plan;
    this.optimizer = optimizer;
    this.clipNorm = clipNorm;
    weights = new float[2][length];
    System.arraycopy(initial, from, weights[0], 0, length);
    state = new float[optimizer.stateVectors()][length];
    gradient = new float[length];
    blockSum = new BlockSum(length, plan.shards());
  }

  public int length() {
    return length;
  }

  /** This slice of weights[step]; valid for the last two steps reached. */
  public float[] weights(long step) {
    return weights[(int) (step & 1)];
  }

  /** The mean gradient of the batch, from the blocks' sums. First half of a step. */
  public Statistics aggregate(long step, List<BlockSum.Part> parts) {
    Statistics statistics = blockSum.sum(plan.shards(), parts, gradient);
    float n = plan.batchExamples(step);
    for (int i = 0; i < length; i++) {
      gradient[i] = gradient[i] / n;
    }
    return statistics;
  }

  public boolean clips() {
    return clipNorm.isPresent();
  }

  /** Sums of squares of this slice's chunks, once aggregated. */
  public double[] squares() {
    return ChunkGrid.squares(gradient, 0, length);
  }

  /**
   * weights[step + 1] from weights[step] and the aggregated gradient. Second half of a step.
   *
   * @param norm the global norm of the gradient, over all slices; only read when clipping
   * @return the first index in the slice whose new weight is NaN or infinite, or -1
   */
  public int update(long step, double norm) {
    if (clips() && norm > clipNorm.getAsDouble()) {
      float scale = (float) (clipNorm.getAsDouble() / norm);
      for (int i = 0; i < length; i++) {
        gradient[i] = gradient[i] * scale;
      }
    }
    optimizer.step(
        step,
        optimizer.learningRate(),
        length,
        weights(step),
        0,
        weights(step + 1),
        0,
        gradient,
        0,
        state);
    return NetworkPass.firstNonFinite(weights(step + 1), 0, length);
  }
}
