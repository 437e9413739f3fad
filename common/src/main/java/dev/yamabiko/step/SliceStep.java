package dev.yamabiko.step;

import dev.yamabiko.nn.Region;
import dev.yamabiko.tensor.Kernels;
import dev.yamabiko.tensor.KernelsFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The update of one slice of the flat vector: finish the tree, divide by the batch's true number of
 * examples, clip, take the optimizer's step; buffers move towards the batch's mean. Holds two
 * weight buffers: weights[t] stays whole until the update of step t + 1 begins, so a shard can be
 * computed again from it.
 *
 * <p>What takes time is memory, not arithmetic. So all this is done piece by piece: gradients and
 * old weights are read once, where they lie, and new weights written once; whatever else happens to
 * a piece happens in the first-level cache, a gradient that must be formed first taking the place
 * of the new weights. Only where the gradient's norm is needed before, the mean gradient is kept in
 * between.
 *
 * <p>Weights, state and such a gradient have the same indexes in their arrays, as optimizers want
 * it.
 */
public final class SliceStep {

  /**
   * Where a run diverged.
   *
   * @param what is not finite, with its verb: "the weights after step 3 are"
   * @param index of the first such element in the slice
   */
  public record NonFinite(String what, int index) {}

  /** Elements of a piece: a handful of arrays of so many floats fit in the first-level cache. */
  static final int PIECE = 2048;

  private final int from;
  private final int length;
  private final StepPlan plan;
  private final UpdateRule rule;
  private final Rounding rounding;
  private final List<Region> regions;
  private final float[][] weights;
  private final int weightsAt;
  private final float[][] state;
  private final BlockSum blockSum;
  private final Kernels kernels = KernelsFactory.create();

  /** The mean gradient, and of it what is trained; empty where no norm is needed. */
  private final float[] gradient;

  private final float[] masked;

  /** Whether new weights may be finite where the gradient is not. */
  private final boolean hidesGradient;

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
    this(
        from,
        to,
        plan,
        rule,
        regions,
        rounding,
        new float[2][to - from],
        new float[rule.optimizer().stateVectors()][to - from],
        0);
  }

  /**
   * The same, of two whole flat vectors that its sisters have the other slices of: whoever reads
   * the weights finds them in one piece.
   *
   * @param wholeState the optimizer's vectors, in the same way
   */
  public SliceStep(
      int from,
      int to,
      StepPlan plan,
      UpdateRule rule,
      List<Region> regions,
      Rounding rounding,
      float[][] whole,
      float[][] wholeState) {
    this(from, to, plan, rule, regions, rounding, whole, wholeState, from);
  }

  private SliceStep(
      int from,
      int to,
      StepPlan plan,
      UpdateRule rule,
      List<Region> regions,
      Rounding rounding,
      float[][] weights,
      float[][] state,
      int weightsAt) {
    this.from = from;
    this.length = to - from;
    this.plan = plan;
    this.rule = rule;
    this.rounding = rounding;
    this.regions =
        regions.stream().map(r -> r.within(from, to)).filter(r -> r.from() < r.to()).toList();
    this.weights = weights;
    this.state = state;
    this.weightsAt = weightsAt;
    gradient = new float[rule.needsNorm() ? length : 0];
    boolean mixed = this.regions.stream().anyMatch(r -> r.rule() != Region.Rule.TRAINED);
    masked = mixed ? new float[gradient.length] : gradient;
    hidesGradient =
        rule.clips() || this.regions.stream().anyMatch(r -> r.rule() == Region.Rule.FROZEN);
    blockSum = new BlockSum(Math.min(PIECE, length), plan.shards(), rounding, from);
  }

  /**
   * Goes on from here.
   *
   * @param wholeWeights the whole flat vector weights[step]
   * @param wholeState the optimizer's vectors after so many steps, each as long
   */
  public void restore(long step, float[] wholeWeights, float[][] wholeState) {
    System.arraycopy(wholeWeights, from, weights(step), weightsAt, length);
    for (int i = 0; i < state.length; i++) {
      System.arraycopy(wholeState[i], from, state[i], weightsAt, length);
    }
  }

  /**
   * Where to put this slice of weights[step], from {@link #weightsAt} on, and of the optimizer's
   * state, each from 0 on, so that it goes on from there; before its first step.
   */
  public float[][] vectors(long step) {
    float[][] vectors = new float[1 + state.length][];
    vectors[0] = weights(step);
    System.arraycopy(state, 0, vectors, 1, state.length);
    return vectors;
  }

  public int length() {
    return length;
  }

  /**
   * Where this slice of weights[step] lies, from {@link #weightsAt} on; valid for the last two
   * steps reached.
   */
  public float[] weights(long step) {
    return weights[(int) (step & 1)];
  }

  /** Index of the first of the slice's weights, and of its state, in their arrays. */
  public int weightsAt() {
    return weightsAt;
  }

  /** How many of the first elements of weights[step] reach workers as bfloat16. */
  public int narrowWeights(long step) {
    return rounding.narrowWeights(plan, step, from, from + length);
  }

  public Rounding rounding() {
    return rounding;
  }

  /**
   * Where this slice of the optimizer's state after the last update lies, from {@link #weightsAt}
   * on; owned by this object.
   */
  public float[][] state() {
    return state;
  }

  public boolean needsNorm() {
    return rule.needsNorm();
  }

  /**
   * Takes the blocks' sums, which must stay as they are until the update is done. First half of a
   * step.
   */
  public Statistics aggregate(long step, List<BlockSum.Part> parts) {
    Statistics statistics = blockSum.begin(step, plan.shards(), parts);
    if (needsNorm()) {
      for (int at = 0; at < length; at += PIECE) {
        int n = Math.min(PIECE, length - at);
        mean(step, at, n, gradient, at);
      }
    }
    return statistics;
  }

  /** The piece's mean gradient and mean buffers, in {@code out} from an index on. */
  private void mean(long step, int at, int n, float[] out, int outAt) {
    blockSum.sum(at, n, out, outAt);
    int examples = plan.batchExamples(step);
    if (dividesExactly(examples)) {
      float inverse = 1f / examples;
      for (int i = outAt; i < outAt + n; i++) {
        out[i] = out[i] * inverse;
      }
    } else {
      float divisor = examples;
      for (int i = outAt; i < outAt + n; i++) {
        out[i] = out[i] / divisor;
      }
    }
  }

  /**
   * Whether to multiply by the inverse gives the same bits, in less time: no rounding takes place
   * but where both ways round alike.
   */
  private static boolean dividesExactly(int examples) {
    return Integer.bitCount(examples) == 1;
  }

  /**
   * The step's mean gradient, as it is before clipping and weight decay, and mean buffers; once
   * aggregated and before the update.
   *
   * @param out as long as the slice
   */
  public void meanGradient(long step, float[] out) {
    for (int at = 0; at < length; at += PIECE) {
      gradient(step, at, Math.min(PIECE, length - at), out, at);
    }
  }

  /**
   * Sums of squares of this slice's chunks, once aggregated, where the norm is needed; only what is
   * trained counts.
   */
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
   * @return what is NaN or infinite, the gradient before all else, then the weights; the slice is
   *     of no use then
   */
  public Optional<NonFinite> update(long step, double norm) {
    float rate = rule.learningRate(plan, step);
    boolean finite = true;
    for (int at = 0; at < length; at += PIECE) {
      finite &= updatePiece(step, rate, norm, at, Math.min(PIECE, length - at));
    }
    return finite ? Optional.empty() : firstNonFinite(step);
  }

  /** Whether all that came of it is finite. */
  private boolean updatePiece(long step, float rate, double norm, int at, int n) {
    float[] next = weights(step + 1);
    int from = weightsAt + at;
    int to = from + n;
    int examples = plan.batchExamples(step);
    float[] sum = rule.clips() ? null : blockSum.lyingFrom(weightsAt);
    float[] g = next;
    float scale = 1;
    if (sum != null && dividesExactly(examples)) {
      g = sum;
      scale = 1f / examples;
    } else {
      gradient(step, at, n, next, from);
    }
    // Before clipping and freezing, which would hide it.
    boolean finite = !hidesGradient || isFinite(g, from, to);
    for (Region region : regions) {
      int begin = Math.max(from, weightsAt + region.from());
      int end = Math.min(to, weightsAt + region.to());
      if (begin < end) {
        update(region, step, rate, norm, begin, end, g, scale);
      }
    }
    finite &= isFinite(next, from, to);
    for (float[] vector : state) {
      finite &= isFinite(vector, from, to);
    }
    return finite;
  }

  /** The piece's mean gradient, which may have been kept. */
  private void gradient(long step, int at, int n, float[] out, int outAt) {
    if (needsNorm()) {
      System.arraycopy(gradient, at, out, outAt, n);
    } else {
      mean(step, at, n, out, outAt);
    }
  }

  private boolean isFinite(float[] values, int from, int to) {
    return kernels.firstNonFinite(values, from, to) < 0;
  }

  /** Elements [from, to) of the arrays. */
  private void update(
      Region region, long step, float rate, double norm, int from, int to, float[] g, float scale) {
    float[] w = weights(step);
    float[] next = weights(step + 1);
    switch (region.rule()) {
      case TRAINED -> {
        rule.clip(g, from, to, norm);
        rule.optimizer().step(step, rate, from, to, w, next, g, scale, state);
      }
      case FROZEN -> System.arraycopy(w, from, next, from, to - from);
      case AVERAGED -> average(region.momentum(), from, to, w, next, g, scale);
    }
  }

  private static void average(
      float momentum, int from, int to, float[] w, float[] next, float[] g, float scale) {
    for (int i = from; i < to; i++) {
      next[i] = w[i] + momentum * (g[i] * scale - w[i]);
    }
  }

  /** After an update; all that it began with is still there, but for the state. */
  private Optional<NonFinite> firstNonFinite(long step) {
    float[] piece = new float[Math.min(PIECE, length)];
    for (int at = 0; at < length; at += PIECE) {
      int n = Math.min(PIECE, length - at);
      gradient(step, at, n, piece, 0);
      int bad = kernels.firstNonFinite(piece, 0, n);
      if (bad >= 0) {
        return Optional.of(new NonFinite("the gradient of step %d is".formatted(step), at + bad));
      }
    }
    String ofWeights = "the weights after step %d are".formatted(step);
    String ofState = "the optimizer's state after step %d is".formatted(step);
    return firstNonFinite(ofWeights, weights(step + 1))
        .or(
            () ->
                Arrays.stream(state)
                    .flatMap(vector -> firstNonFinite(ofState, vector).stream())
                    .findFirst());
  }

  private Optional<NonFinite> firstNonFinite(String what, float[] vector) {
    int bad = kernels.firstNonFinite(vector, weightsAt, weightsAt + length);
    return bad < 0 ? Optional.empty() : Optional.of(new NonFinite(what, bad - weightsAt));
  }
}
