package dev.yamabiko.nn;

import dev.yamabiko.data.Dataset;
import dev.yamabiko.tensor.Kernels;
import dev.yamabiko.tensor.Philox;
import dev.yamabiko.tensor.ShardRows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * The comparison behind {@link GradientCheck}: one batch, its gradient by backpropagation, and the
 * central differences of chosen elements.
 */
final class GradientComparison {

  static final int EXAMPLES = 8;
  static final int SHARDS = 3;
  static final int ELEMENTS = 200;
  static final int DRAWS = 3;
  static final double PERTURBATION = 0.05;

  private static final int FEWEST_ELEMENTS = 20;

  /** The first is the most exact where nothing switches; the others cross fewer kinks. */
  private static final double[] STEPS = {1e-5, 1e-6, 1e-7, 1e-8};

  private static final double AGREEMENT = GradientCheck.TOLERANCE / 10;
  private static final double FLOOR = 1e-3;
  private static final double FLOOR_OF_ALL = 1e-6;
  private static final double FLOOR_OF_VANISHED = 1e-3;

  /**
   * Multiplications that the reference formulas may take, for all elements together; a large
   * network is checked with fewer examples, and then at fewer elements.
   */
  private static final double WORK = 5e9;

  /** What a stream of random numbers is for: its place in the stream's key. */
  private static final int FOR_EXAMPLES = 0;

  private static final int FOR_ELEMENTS = 1;
  private static final int FOR_WEIGHTS = 2;

  private final Network network;
  private final Loss loss;
  private final long seed;
  private final ShardRows shards;
  private final int elements;
  private final float[] inputs;
  private final float[] targets;
  private final NetworkPass pass;
  private final float[] gradient;
  private final Training training;

  GradientComparison(Network network, Loss loss, Dataset data, long seed, Kernels kernels) {
    loss.check(network.outputShape(), data.targets());
    this.network = network;
    this.loss = loss;
    this.seed = seed;
    double work = workPerExample(network);
    // Where a shard's own moments count, two examples would leave nothing of their differences.
    int times = network.refusesShard(1).isPresent() ? 4 : 1;
    int most = Math.min(times * EXAMPLES, data.size());
    int rows = (int) Math.max(Math.min(times * SHARDS, most), Math.min(most, WORK / work));
    elements = (int) Math.max(FEWEST_ELEMENTS, ELEMENTS * Math.min(1, WORK / (work * rows)));
    shards = cut(rows);
    int width = data.targets().width();
    inputs = new float[rows * network.inputShape().size()];
    targets = new float[rows * width];
    int[] examples = draw(stream(0, FOR_EXAMPLES, 0), rows, data.size());
    for (int i = 0; i < rows; i++) {
      data.readInput(examples[i], inputs, i * network.inputShape().size());
      data.readTarget(examples[i], targets, i * width);
    }
    pass = new NetworkPass(network, kernels);
    gradient = new float[network.length()];
    training = new Training(seed, 0, examples, gradient);
  }

  /** Multiplications of all reference passes that {@link #ELEMENTS} per parameter ask for. */
  private static double workPerExample(Network network) {
    double work = 0;
    double fromHere = 0;
    for (int i = network.layers().size() - 1; i >= 0; i--) {
      Layer layer = network.layers().get(i);
      int outputs = layer.outputShape().size();
      double own = 0;
      for (Parameter p : layer.parameters()) {
        // Every weight takes part once per output pixel; a flat output has one.
        own += (double) p.size() * outputs / layer.outputShape().dimension(0);
      }
      fromHere += own + outputs;
      for (Parameter p : layer.parameters()) {
        work += 2.0 * Math.min(ELEMENTS, p.size()) * fromHere;
      }
    }
    return Math.max(1, work);
  }

  /** Fewer shards where the network would refuse the smallest of them. */
  private ShardRows cut(int rows) {
    int most = Math.min(SHARDS, rows);
    while (most > 1 && network.refusesShard(rows / most).isPresent()) {
      most--;
    }
    int count = most;
    int[] bounds = new int[count + 1];
    Arrays.setAll(bounds, i -> i * rows / count);
    return new ShardRows(bounds);
  }

  ShardRows shards() {
    return shards;
  }

  private Philox stream(int parameter, int use, int draw) {
    return Philox.stream(seed, Philox.Purpose.GRADIENT_CHECK, parameter, use, draw);
  }

  /** {@code count} different numbers below {@code bound}, ascending. */
  private static int[] draw(Philox random, int count, int bound) {
    BitSet drawn = new BitSet(bound);
    if (count >= bound) {
      drawn.set(0, bound);
    }
    while (drawn.cardinality() < Math.min(count, bound)) {
      drawn.set(random.nextInt(bound));
    }
    return drawn.stream().toArray();
  }

  /** The initial weights, moved a little. */
  float[] weights(int draw) {
    float[] weights = network.initialWeights(seed);
    Philox random = stream(0, FOR_WEIGHTS, draw);
    for (int i = 0; i < weights.length; i++) {
      weights[i] += (float) ((2 * random.nextDouble() - 1) * PERTURBATION);
    }
    return weights;
  }

  /** A row per parameter; {@link GradientCheck} says when weights are drawn again. */
  List<GradientCheck.Row> rows() {
    List<GradientCheck.Row> rows = rows(weights(0));
    for (int draw = 1; draw < DRAWS && !passed(rows); draw++) {
      rows = rows(weights(draw));
    }
    return rows;
  }

  private static boolean passed(List<GradientCheck.Row> rows) {
    return rows.stream().allMatch(GradientCheck.Row::passed);
  }

  private List<GradientCheck.Row> rows(float[] weights) {
    backpropagate(weights);
    ReferencePass reference =
        new ReferencePass(network, loss, weights, shards, training, inputs, targets);
    List<Network.Place> places =
        network.places().stream().filter(place -> !isFrozen(place)).toList();
    int[][] checked = new int[places.size()][];
    double[][] numeric = new double[places.size()][];
    double[] largest = new double[places.size()];
    for (int p = 0; p < checked.length; p++) {
      checked[p] = indexes(p, places.get(p));
      numeric[p] =
          Arrays.stream(checked[p]).mapToDouble(i -> difference(reference, i, STEPS[0])).toArray();
      largest[p] = Arrays.stream(numeric[p]).map(Math::abs).max().orElse(0);
    }
    double largestOfAll = Arrays.stream(largest).max().orElse(0);
    List<GradientCheck.Row> rows = new ArrayList<>();
    for (int p = 0; p < checked.length; p++) {
      double floor = floor(largest[p], largestOfAll);
      double worst = 0;
      for (int i = 0; i < checked[p].length; i++) {
        worst = Math.max(worst, error(reference, checked[p][i], numeric[p][i], floor));
      }
      rows.add(row(places.get(p), checked[p].length, worst));
    }
    return rows;
  }

  private static double floor(double largest, double largestOfAll) {
    double lowest = FLOOR_OF_ALL * largestOfAll;
    return largest < lowest ? FLOOR_OF_VANISHED * largestOfAll : Math.max(FLOOR * largest, lowest);
  }

  private boolean isFrozen(Network.Place place) {
    return network.nodes().get(network.layerOfParameter(place.offset())).frozen();
  }

  /** Places in the flat vector of the elements to be checked. */
  private int[] indexes(int number, Network.Place place) {
    int[] chosen = draw(stream(number, FOR_ELEMENTS, 0), elements, place.parameter().size());
    return Arrays.stream(chosen).map(i -> place.offset() + i).toArray();
  }

  private GradientCheck.Row row(Network.Place place, int checked, double largestError) {
    return new GradientCheck.Row(
        place.name(),
        network.describeLayer(network.layerOfParameter(place.offset())),
        checked,
        place.parameter().size(),
        largestError,
        largestError <= GradientCheck.TOLERANCE);
  }

  /** The error of the first step that agrees, or of the one that disagrees least. */
  private double error(ReferencePass reference, int index, double numeric, double floor) {
    double error = relativeError(gradient[index], numeric, floor);
    for (int i = 1; i < STEPS.length && error > AGREEMENT; i++) {
      double again = difference(reference, index, STEPS[i]);
      error = Math.min(error, relativeError(gradient[index], again, floor));
    }
    return error;
  }

  private static double relativeError(double a, double n, double floor) {
    double scale = Math.max(Math.max(Math.abs(a), Math.abs(n)), floor);
    return scale == 0 ? 0 : Math.abs(a - n) / scale;
  }

  private static double difference(ReferencePass reference, int index, double step) {
    double w = reference.weight(index);
    double h = step * Math.max(1, Math.abs(w));
    double above = w + h;
    double below = w - h;
    return (reference.lossWith(index, above) - reference.lossWith(index, below)) / (above - below);
  }

  void forward(float[] weights) {
    System.arraycopy(inputs, 0, pass.input(shards.rows()), 0, inputs.length);
    float[] y = pass.forward(weights, shards, training);
    double[] e = new double[shards.rows()];
    int features = network.outputShape().size();
    loss.evaluate(pass.kernels(), e.length, features, y, targets, e, pass.outputGradient());
  }

  /** The gradient of the mean loss over the batch. */
  void backpropagate(float[] weights) {
    forward(weights);
    pass.backward(weights, shards, training, gradient, index -> {});
    float n = shards.rows();
    for (int i = 0; i < gradient.length; i++) {
      gradient[i] /= n;
    }
  }
}
