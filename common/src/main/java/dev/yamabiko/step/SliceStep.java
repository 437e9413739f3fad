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
 * <p>What moves is memory, not arithmetic. So all this is done piece by piece, on copies of the
 * pieces in the first-level cache: gradients and old weights are read once and new weights written
 * once. Only where the gradient's norm is needed first, the mean gradient is kept in between.
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

  private static final int NONE = -1;

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

  // Of the piece that is being updated.
  private final float[] g;
  private final float[] w;
  private final float[] next;
  private final float[][] s;

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
    this(from, to, plan, rule, regions, rounding, new float[2][to - from], 0);
  }

  /**
   * The same, of two whole flat vectors that its sisters have the other slices of: whoever reads
   * the weights finds them in one piece.
   */
  public SliceStep(
      int from,
      int to,
      StepPlan plan,
      UpdateRule rule,
      List<Region> regions,
      Rounding rounding,
      float[][] whole) {
    this(from, to, plan, rule, regions, rounding, whole, from);
  }

  private SliceStep(
      int from,
      int to,
      StepPlan plan,
      UpdateRule rule,
      List<Region> regions,
      Rounding rounding,
      float[][] weights,
      int weightsAt) {
    this.from = from;
    this.length = to - from;
    this.plan = plan;
    this.rule = rule;
    this.rounding = rounding;
    this.regions =
        regions.stream().map(r -> r.within(from, to)).filter(r -> r.from() < r.to()).toList();
    this.weights = weights;
    this.weightsAt = weightsAt;
    int vectors = rule.optimizer().stateVectors();
    state = new float[vectors][length];
    gradient = new float[rule.needsNorm() ? length : 0];
    boolean mixed = this.regions.stream().anyMatch(r -> r.rule() != Region.Rule.TRAINED);
    masked = mixed ? new float[gradient.length] : gradient;
    int piece = Math.min(PIECE, length);
    blockSum = new BlockSum(piece, plan.shards(), rounding, from);
    g = new float[piece];
    w = new float[piece];
    next = new float[piece];
    s = new float[vectors][piece];
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
      System.arraycopy(wholeState[i], from, state[i], 0, length);
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

  /** This slice of the optimizer's state after the last update; owned by this object. */
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
        mean(step, at, n);
        System.arraycopy(g, 0, gradient, at, n);
      }
    }
    return statistics;
  }

  /** The piece's mean gradient and mean buffers. */
  private void mean(long step, int at, int n) {
    blockSum.sum(at, n, g);
    int examples = plan.batchExamples(step);
    if (Integer.bitCount(examples) == 1) {
      // The same bits in less time: no rounding takes place but where both ways round alike.
      float inverse = 1f / examples;
      for (int i = 0; i < n; i++) {
        g[i] = g[i] * inverse;
      }
    } else {
      float divisor = examples;
      for (int i = 0; i < n; i++) {
        g[i] = g[i] / divisor;
      }
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
    int badWeight = NONE;
    int[] badState = new int[state.length];
    Arrays.fill(badState, NONE);
    for (int at = 0; at < length; at += PIECE) {
      int n = Math.min(PIECE, length - at);
      if (needsNorm()) {
        System.arraycopy(gradient, at, g, 0, n);
      } else {
        mean(step, at, n);
      }
      // Before clipping, which would hide that a sum over blocks overflowed, as one inside would
      // not.
      int bad = kernels.firstNonFinite(g, 0, n);
      if (bad >= 0) {
        return Optional.of(new NonFinite("the gradient of step %d is".formatted(step), at + bad));
      }
      updatePiece(step, rate, norm, at, n);
      badWeight = first(badWeight, next, at, n);
      for (int i = 0; i < s.length; i++) {
        badState[i] = first(badState[i], s[i], at, n);
      }
    }
    if (badWeight != NONE) {
      return Optional.of(new NonFinite("the weights after step %d are".formatted(step), badWeight));
    }
    String what = "the optimizer's state after step %d is".formatted(step);
    return Arrays.stream(badState)
        .filter(index -> index != NONE)
        .mapToObj(index -> new NonFinite(what, index))
        .findFirst();
  }

  /** What was found in pieces before, else in this one. */
  private int first(int before, float[] piece, int at, int n) {
    if (before != NONE) {
      return before;
    }
    int bad = kernels.firstNonFinite(piece, 0, n);
    return bad < 0 ? NONE : at + bad;
  }

  private void updatePiece(long step, float rate, double norm, int at, int n) {
    float[] newWeights = weights(step + 1);
    System.arraycopy(weights(step), weightsAt + at, w, 0, n);
    for (int i = 0; i < s.length; i++) {
      System.arraycopy(state[i], at, s[i], 0, n);
    }
    for (Region region : regions) {
      int from = Math.max(0, region.from() - at);
      int to = Math.min(n, region.to() - at);
      if (from < to) {
        update(region, step, rate, norm, from, to);
      }
    }
    System.arraycopy(next, 0, newWeights, weightsAt + at, n);
    for (int i = 0; i < s.length; i++) {
      System.arraycopy(s[i], 0, state[i], at, n);
    }
  }

  /** Elements [from, to) of the piece. */
  private void update(Region region, long step, float rate, double norm, int from, int to) {
    switch (region.rule()) {
      case TRAINED -> {
        rule.clip(g, from, to, norm);
        rule.optimizer().step(step, rate, from, to, w, next, g, s);
      }
      case FROZEN -> System.arraycopy(w, from, next, from, to - from);
      case AVERAGED -> average(region.momentum(), from, to);
    }
  }

  private void average(float momentum, int from, int to) {
    for (int i = from; i < to; i++) {
      next[i] = w[i] + momentum * (g[i] - w[i]);
    }
  }
}
