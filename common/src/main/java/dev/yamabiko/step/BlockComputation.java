package dev.yamabiko.step;

import dev.yamabiko.data.Dataset;
import dev.yamabiko.data.Sampler;
import dev.yamabiko.data.Targets;
import dev.yamabiko.nn.Loss;
import dev.yamabiko.nn.Network;
import dev.yamabiko.nn.NetworkPass;
import dev.yamabiko.nn.Training;
import dev.yamabiko.tensor.Kernels;
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

  private final Network network;
  private final Loss loss;
  private final long seed;
  private final NetworkPass pass;
  private final int features;
  private int[] order;
  private int[] samples = new int[0];
  private int orderEpoch = -1;
  private float[] targets = new float[0];
  private double[] errors = new double[0];

  public BlockComputation(Network network, Loss loss, long seed, Kernels kernels) {
    this.network = network;
    this.loss = loss;
    this.seed = seed;
    this.pass = new NetworkPass(network, kernels);
    features = network.outputShape().size();
  }

  /**
   * The gradient of the block, summed over its examples, in {@code gradient}. The block must hold
   * at least one example in this step: an empty block has no gradient.
   *
   * @throws DivergenceException where loss or gradient is not finite
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
    ShardRows shards = plan.rows(step, block);
    int first = plan.batchFrom(step) + plan.shardFrom(step, block.from());
    int rows = shards.rows();
    read(train, rows, first, order);
    Training training = new Training(seed, step, samples, gradient);
    float[] y = pass.forward(weights, shards, training);
    loss.evaluate(pass.kernels(), rows, features, y, targets, errors, pass.outputGradient());
    Statistics statistics = statistics(shards, train.targets(), y);
    if (!Double.isFinite(statistics.loss())) {
      throw diverged(step, block, shards, "loss", pass.firstNonFiniteLayer(rows));
    }
    int[] checkedFrom = {network.length()};
    pass.backward(
        weights,
        shards,
        training,
        gradient,
        index -> {
          int bad = NetworkPass.firstNonFinite(gradient, index, checkedFrom[0]);
          if (bad >= 0) {
            throw diverged(step, block, shards, "gradient", network.layerOfParameter(bad));
          }
          checkedFrom[0] = index;
          listener.finalFrom(index, statistics);
        });
    return statistics;
  }

  /** Loss and metrics of the examples [from, to) of a dataset. */
  public Statistics evaluate(Dataset data, int from, int to, float[] weights) {
    int rows = to - from;
    ShardRows shards = ShardRows.single(rows);
    read(data, rows, from, null);
    float[] y = pass.forward(weights, shards, null);
    loss.evaluate(pass.kernels(), rows, features, y, targets, errors, null);
    return statistics(shards, data.targets(), y);
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
      data.readTarget(example, targets, i * width);
    }
  }

  /** Per shard in ascending order of examples, then along the tree over shards. */
  private Statistics statistics(ShardRows shards, Targets kind, float[] y) {
    List<Statistics> leaves = new ArrayList<>(shards.shards());
    for (int s = 0; s < shards.shards(); s++) {
      leaves.add(shards.isEmpty(s) ? null : shard(shards.from(s), shards.to(s), kind, y));
    }
    return Statistics.sum(leaves);
  }

  private Statistics shard(int from, int to, Targets kind, float[] y) {
    double sum = 0;
    long correct = 0;
    double squared = 0;
    for (int n = from; n < to; n++) {
      sum += errors[n];
      if (kind instanceof Targets.Values values) {
        squared += squaredError(values, n, y);
      } else if (loss.predictedClass(features, y, n * features) == (int) targets[n]) {
        correct++;
      }
    }
    return new Statistics(to - from, sum, correct, squared);
  }

  private double squaredError(Targets.Values values, int n, float[] y) {
    double sum = 0;
    for (int k = 0; k < features; k++) {
      double error =
          (loss.predictedValue(y[n * features + k]) - targets[n * features + k])
              * values.values().get(k).scale();
      sum += error * error;
    }
    return sum;
  }

  private DivergenceException diverged(
      long step, Block block, ShardRows shards, String what, int layer) {
    for (int s = 0; s < shards.shards(); s++) {
      for (int n = shards.from(s); n < shards.to(s); n++) {
        if (!Double.isFinite(errors[n])) {
          return new DivergenceException(message(step, "shard " + (block.from() + s), what, layer));
        }
      }
    }
    String where =
        block.isLeaf()
            ? "shard " + block.from()
            : "shards %d-%d".formatted(block.from(), block.to() - 1);
    return new DivergenceException(message(step, where, what, layer));
  }

  private String message(long step, String where, String what, int layer) {
    String place =
        layer < 0 ? "the loss (%s)".formatted(loss.kind()) : network.describeLayer(layer);
    return "the run diverged: %s is not finite in step %d, %s, first in %s; %s"
        .formatted(what, step, where, place, DivergenceException.ADVICE);
  }
}
