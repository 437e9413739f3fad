package dev.yamabiko.step;

import dev.yamabiko.data.Augmentations;
import dev.yamabiko.data.Dataset;
import dev.yamabiko.data.Sampler;
import dev.yamabiko.data.Targets;
import dev.yamabiko.nn.Loss;
import dev.yamabiko.nn.Network;
import dev.yamabiko.nn.NetworkPass;
import dev.yamabiko.nn.Training;
import dev.yamabiko.tensor.Kernels;
import dev.yamabiko.tensor.Philox;
import dev.yamabiko.tensor.ShardRows;
import java.util.ArrayList;
import java.util.List;

/**
 * Computes blocks of shards, forward and backward, and evaluates examples: a pure function of
 * (weights, step, block). One instance serves one thread; it holds that thread's workspace.
 */
public final class BlockComputation {

  /** Hears of the gradient as it becomes final, the statistics being known already. */
  public interface Listener {
    void finalFrom(int parameter, Statistics statistics);
  }

  /** No limit on the examples computed at once. */
  public static final int ALL = Integer.MAX_VALUE;

  private final Network network;
  private final Loss loss;
  private final long seed;
  private final Augmentations augment;
  private final Philox random;
  private final float[] scratch;
  private final NetworkPass pass;
  private final Rounding rounding;
  private final int features;
  private final int mostRows;
  private final List<float[]> sums = new ArrayList<>();
  private int[] order;
  private int[] samples = new int[0];
  private int orderEpoch = -1;
  private float[] targets = new float[0];
  private double[] errors = new double[0];

  public BlockComputation(Objective objective, Kernels kernels) {
    this(objective, kernels, ALL);
  }

  /**
   * @param mostRows examples computed at once, at least 1, so that their activations fit the
   *     memory; it does not change a bit. Only a shard on which a layer takes statistics is never
   *     computed in pieces.
   */
  public BlockComputation(Objective objective, Kernels kernels, int mostRows) {
    this.network = objective.network();
    this.loss = objective.loss();
    this.seed = objective.seed();
    this.augment = objective.augment();
    this.mostRows = mostRows;
    this.rounding = objective.rounding();
    this.pass = new NetworkPass(network, kernels);
    features = network.outputShape().size();
    random = Philox.stream(seed, Philox.Purpose.AUGMENT, 0, 0, 0);
    scratch = new float[augment.isEmpty() ? 0 : network.inputShape().size()];
  }

  /**
   * The gradient of the block, summed over its examples, in {@code gradient}. The block must hold
   * at least one example in this step: an empty block has no gradient. Whether the gradient is
   * finite is for {@link SliceStep} to see, which reads it anyway and has the sum of all blocks.
   *
   * @throws DivergenceException where the loss of an example is not finite; it names the step's
   *     first shard with one, in this block or not
   */
  public Statistics train(
      StepPlan plan,
      long step,
      Block block,
      Dataset train,
      float[] weights,
      float[] gradient,
      Listener listener) {
    int epoch = plan.epochOf(step);
    if (epoch != orderEpoch) {
      order = Sampler.order(seed, epoch, train.size());
      orderEpoch = epoch;
    }
    try {
      return train(plan, step, block, train, weights, gradient, 0, listener);
    } catch (DivergenceException found) {
      throw firstOfStep(plan, step, block, train, weights, gradient, found);
    }
  }

  /**
   * What to say of a step in which this block has diverged: of all who say it one is heard, and
   * each says the same. Shards before the block are others' and may have diverged, too.
   */
  private DivergenceException firstOfStep(
      StepPlan plan,
      long step,
      Block block,
      Dataset train,
      float[] weights,
      float[] gradient,
      DivergenceException found) {
    try {
      for (int from = 0; from < block.from(); ) {
        int to = from + 1;
        while (to < block.from() && rows(plan, step, from, to + 1) <= mostRows) {
          to++;
        }
        Block next = new Block(from, to);
        pass(plan, step, next, train, weights, gradient, (piece, training, known) -> {});
        from = to;
      }
    } catch (DivergenceException earlier) {
      return earlier;
    }
    return found;
  }

  private static int rows(StepPlan plan, long step, int from, int to) {
    return plan.shardFrom(step, to) - plan.shardFrom(step, from);
  }

  private Statistics train(
      StepPlan plan,
      long step,
      Block block,
      Dataset train,
      float[] weights,
      float[] gradient,
      int depth,
      Listener listener) {
    boolean fits = plan.rows(step, block).rows() <= mostRows;
    if (block.isLeaf()) {
      Listener rounded = rounded(step, block, gradient, listener);
      return fits
          ? trainAtOnce(plan, step, block, train, weights, gradient, rounded)
          : trainShard(plan, step, block, train, weights, gradient, rounded);
    }
    // Where each sum inside is rounded, none is to be formed without.
    return fits && !rounding.ofGradients()
        ? trainAtOnce(plan, step, block, train, weights, gradient, listener)
        : trainHalves(plan, step, block, train, weights, gradient, depth, listener);
  }

  /** Rounds what is final of the node's sum before the listener hears of it. */
  private Listener rounded(long step, Block node, float[] sum, Listener listener) {
    if (!rounding.ofGradients()) {
      return listener;
    }
    int[] roundedFrom = {sum.length};
    return (index, statistics) -> {
      rounding.gradient(step, node, sum, index, index, roundedFrom[0]);
      roundedFrom[0] = index;
      listener.finalFrom(index, statistics);
    };
  }

  private Statistics trainAtOnce(
      StepPlan plan,
      long step,
      Block block,
      Dataset train,
      float[] weights,
      float[] gradient,
      Listener listener) {
    return pass(
        plan,
        step,
        block,
        train,
        weights,
        gradient,
        (shards, training, known) ->
            pass.backward(
                weights, shards, training, gradient, index -> listener.finalFrom(index, known)));
  }

  /**
   * The node's two children one after the other, added as the tree does, as far as the right one's
   * gradient is final.
   */
  private Statistics trainHalves(
      StepPlan plan,
      long step,
      Block block,
      Dataset train,
      float[] weights,
      float[] gradient,
      int depth,
      Listener listener) {
    boolean noLeft = plan.isEmpty(step, block.left());
    if (noLeft || plan.isEmpty(step, block.right())) {
      Block only = noLeft ? block.right() : block.left();
      return train(plan, step, only, train, weights, gradient, depth, listener);
    }
    if (depth == sums.size()) {
      sums.add(new float[gradient.length]);
    }
    float[] right = sums.get(depth);
    Statistics a =
        train(plan, step, block.left(), train, weights, gradient, depth + 1, (index, known) -> {});
    Listener whole = rounded(step, block, gradient, listener);
    int[] addedFrom = {gradient.length};
    Statistics b =
        train(
            plan,
            step,
            block.right(),
            train,
            weights,
            right,
            depth + 1,
            (index, known) -> {
              for (int i = index; i < addedFrom[0]; i++) {
                gradient[i] = gradient[i] + right[i];
              }
              addedFrom[0] = index;
              whole.finalFrom(index, a.plus(known));
            });
    return a.plus(b);
  }

  private Statistics trainShard(
      StepPlan plan,
      long step,
      Block shard,
      Dataset train,
      float[] weights,
      float[] gradient,
      Listener listener) {
    Statistics statistics =
        pass(
            plan,
            step,
            shard,
            train,
            weights,
            gradient,
            (piece, training, known) ->
                pass.backward(weights, piece, training, gradient, index -> {}));
    listener.finalFrom(0, statistics);
    return statistics;
  }

  /** What follows the forward pass of some examples. */
  private interface Backward {
    /**
     * @param known of them and of what went before
     */
    void pass(ShardRows shards, Training training, Statistics known);
  }

  /**
   * Shards that fit at once, or one in pieces: every chain goes on where the piece before ended.
   */
  private Statistics pass(
      StepPlan plan,
      long step,
      Block block,
      Dataset train,
      float[] weights,
      float[] gradient,
      Backward backward) {
    ShardRows all = plan.rows(step, block);
    int rows = all.rows();
    int first = plan.batchFrom(step) + plan.shardFrom(step, block.from());
    int most = network.takesShardStatistics() ? rows : mostRows;
    Statistics statistics = null;
    for (int from = 0; from < rows; from += most) {
      int count = Math.min(most, rows - from);
      ShardRows piece =
          count == rows ? all : from == 0 ? ShardRows.single(count) : ShardRows.more(count);
      read(train, count, first + from, order);
      Training training = new Training(seed, step, samples, gradient);
      statistics = forward(step, block, train, piece, weights, training, statistics);
      backward.pass(piece, training, statistics);
    }
    return statistics;
  }

  /**
   * @param before of the shard's earlier pieces, or null
   */
  private Statistics forward(
      long step,
      Block block,
      Dataset train,
      ShardRows shards,
      float[] weights,
      Training training,
      Statistics before) {
    int rows = shards.rows();
    float[] y = pass.forward(weights, shards, training);
    loss.evaluate(pass.kernels(), rows, features, y, targets, errors, pass.outputGradient());
    Statistics statistics = statistics(shards, train.targets(), y, before);
    if (!Double.isFinite(statistics.loss())) {
      requireFinite(step, block, shards);
    }
    return statistics;
  }

  /** Loss and metrics of the examples [from, to) of a dataset. */
  public Statistics evaluate(Dataset data, int from, int to, float[] weights) {
    return evaluate(data, from, to, weights, (rows, y) -> {});
  }

  /** The same, and what every other metric is made of. */
  public Measures measure(Dataset data, int from, int to, float[] weights) {
    PartTally tally = PartTally.of(loss, features, data.targets(), to - from);
    return tally.measures(
        evaluate(
            data, from, to, weights, (rows, y) -> tally.add(pass.kernels(), rows, y, targets)));
  }

  /** Hears of outputs y [rows, features], in ascending order of examples. */
  private interface Outputs {
    void computed(int rows, float[] y);
  }

  private Statistics evaluate(Dataset data, int from, int to, float[] weights, Outputs outputs) {
    Statistics statistics = null;
    for (int at = from; at < to; ) {
      int rows = Math.min(mostRows, to - at);
      ShardRows shards = ShardRows.single(rows);
      read(data, rows, at, null);
      float[] y = pass.forward(weights, shards, null);
      loss.evaluate(pass.kernels(), rows, features, y, targets, errors, null);
      statistics = statistics(shards, data.targets(), y, statistics);
      outputs.computed(rows, y);
      at += rows;
    }
    return statistics;
  }

  private void read(Dataset data, int rows, int first, int[] order) {
    int width = data.targets().width();
    if (targets.length < rows * width) {
      targets = new float[rows * width];
    }
    if (errors.length < rows) {
      errors = new double[rows];
    }
    if (samples.length < rows) {
      samples = new int[rows];
    }
    float[] inputs = pass.input(rows);
    int size = data.inputShape().size();
    for (int i = 0; i < rows; i++) {
      int example = order == null ? first + i : order[first + i];
      samples[i] = example;
      data.readInput(example, inputs, i * size);
      if (order != null) {
        augment.apply(random, orderEpoch, example, data.inputShape(), inputs, i * size, scratch);
      }
      data.readTarget(example, targets, i * width);
    }
  }

  /**
   * Per shard in ascending order of examples, then along the tree over shards.
   *
   * @param before of the same, only, shard's earlier examples, or null
   */
  private Statistics statistics(ShardRows shards, Targets kind, float[] y, Statistics before) {
    if (shards.shards() == 1) {
      return shard(before, 0, shards.rows(), kind, y);
    }
    List<Statistics> leaves = new ArrayList<>(shards.shards());
    for (int s = 0; s < shards.shards(); s++) {
      leaves.add(shards.isEmpty(s) ? null : shard(null, shards.from(s), shards.to(s), kind, y));
    }
    return Statistics.sum(leaves);
  }

  private Statistics shard(Statistics before, int from, int to, Targets kind, float[] y) {
    double sum = before == null ? 0 : before.loss();
    long correct = before == null ? 0 : before.correct();
    double squared = before == null ? 0 : before.squaredError();
    long examples = before == null ? 0 : before.examples();
    long hash = before == null ? 0 : before.sampleHash();
    for (int n = from; n < to; n++) {
      sum += errors[n];
      hash += SampleHash.of(samples[n]);
      if (kind instanceof Targets.Values values) {
        squared += loss.squaredError(values, n, features, y, targets);
      } else if (loss.predictedClass(features, y, n * features) == (int) targets[n]) {
        correct++;
      }
    }
    return new Statistics(examples + to - from, sum, correct, squared, hash);
  }

  /**
   * Each example's loss by itself: how many are summed up depends on who computes what. The layer
   * is that of the first such example, for the same reason.
   */
  private void requireFinite(long step, Block block, ShardRows shards) {
    for (int s = 0; s < shards.shards(); s++) {
      for (int n = shards.from(s); n < shards.to(s); n++) {
        if (!Double.isFinite(errors[n])) {
          throw diverged(step, block.from() + s, pass.firstNonFiniteLayer(n));
        }
      }
    }
    throw diverged(step, block.from(), -1); // only their sum is not finite
  }

  /**
   * @param layer the first whose output is not finite, or -1
   */
  private DivergenceException diverged(long step, int shard, int layer) {
    String place =
        layer < 0 ? "the loss (%s)".formatted(loss.kind()) : network.describeLayer(layer);
    return new DivergenceException(
        DivergenceException.BEGINNING
            + "loss is not finite in step %d, shard %d, first in %s; %s"
                .formatted(step, shard, place, DivergenceException.ADVICE));
  }
}
