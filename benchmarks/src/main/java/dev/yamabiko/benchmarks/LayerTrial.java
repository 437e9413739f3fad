package dev.yamabiko.benchmarks;

import dev.yamabiko.nn.Activation;
import dev.yamabiko.nn.AveragePool;
import dev.yamabiko.nn.BatchNorm;
import dev.yamabiko.nn.Conv2d;
import dev.yamabiko.nn.Dense;
import dev.yamabiko.nn.Dropout;
import dev.yamabiko.nn.Gelu;
import dev.yamabiko.nn.GlobalAveragePool;
import dev.yamabiko.nn.Initializer;
import dev.yamabiko.nn.Layer;
import dev.yamabiko.nn.LayerCall;
import dev.yamabiko.nn.LayerNorm;
import dev.yamabiko.nn.LayerSpec;
import dev.yamabiko.nn.LeakyRelu;
import dev.yamabiko.nn.MaxPool;
import dev.yamabiko.nn.Network;
import dev.yamabiko.nn.Residual;
import dev.yamabiko.nn.Softmax;
import dev.yamabiko.nn.Training;
import dev.yamabiko.tensor.Kernels;
import dev.yamabiko.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * One layer in training, with random parameters, inputs X and output gradients G, as if the loss
 * were the sum of G * Y.
 */
final class LayerTrial {

  /** Float rounding over chains of up to a thousand terms, relative to the largest output. */
  private static final double OUTPUT_TOLERANCE = 1e-5;

  /** So small that hardly a relu or max-pool of the millions switches within it. */
  private static final double STEP = 1e-7;

  /** Relative to the length of what is added up. */
  private static final double SLOPE_TOLERANCE = 1e-3;

  private static final Shape FIRST_FEATURE_MAPS = Shape.of(32, 26, 26);

  private final Layer layer;
  private final LayerCall call;
  private final int parameters;
  private final Random random = new Random(1);
  private final float[] x;
  private final float[] g;
  private final float[] y;
  private final float[] saved;
  private final float[] dx;
  private final float[] gradient;

  /**
   * @param name of the layer, as job files spell it
   * @param rows a multiple of 16
   */
  LayerTrial(String name, int rows, Kernels kernels) {
    Shape input = input(name);
    LayerSpec spec = spec(name);
    Network network = Network.build(input, List.of(spec));
    layer = spec.build(input);
    parameters = network.parameterCount();
    x = MatmulBenchmark.random(random, rows * input.size());
    y = new float[rows * layer.outputShape().size()];
    g = MatmulBenchmark.random(random, y.length);
    dx = new float[x.length];
    saved = new float[rows * layer.savedSize()];
    float[] weights = MatmulBenchmark.random(random, network.length());
    gradient = new float[weights.length];
    int[] samples = new int[rows];
    Arrays.setAll(samples, n -> n);
    Training training = new Training(1, 1, samples, gradient);
    call =
        new LayerCall(
            kernels, MatmulBenchmark.shardsOf16(rows), weights, 0, 0, parameters, training);
  }

  /** What the layer reads in the MLP 784-512-256-10, or in a network for 28x28 images. */
  private static Shape input(String name) {
    return switch (name) {
      case "dense" -> Shape.of(784);
      case "gelu", "dropout", "layer-norm" -> Shape.of(512);
      case "softmax" -> Shape.of(10);
      case "conv2d" -> Shape.of(32, 13, 13);
      case "global-average-pool" -> Shape.of(64, 11, 11);
      default -> FIRST_FEATURE_MAPS;
    };
  }

  private static LayerSpec spec(String name) {
    return switch (name) {
      case "dense" -> new Dense.Spec(512, Initializer.HE);
      case "conv2d" -> new Conv2d.Spec(64, 3, 3, 1, 0, 0, Initializer.HE);
      case "max-pool" -> new MaxPool.Spec(2, 2);
      case "average-pool" -> new AveragePool.Spec(2, 2);
      case "global-average-pool" -> new GlobalAveragePool.Spec();
      case "relu" -> new Activation.Spec(Activation.Kind.RELU);
      case "leaky-relu" -> new LeakyRelu.Spec(LeakyRelu.Spec.DEFAULT_SLOPE);
      case "gelu" -> new Gelu.Spec();
      case "sigmoid" -> new Activation.Spec(Activation.Kind.SIGMOID);
      case "tanh" -> new Activation.Spec(Activation.Kind.TANH);
      case "softmax" -> new Softmax.Spec();
      case "dropout" -> new Dropout.Spec(Dropout.Spec.DEFAULT_RATE);
      case "layer-norm" -> new LayerNorm.Spec(LayerNorm.Spec.DEFAULT_EPSILON);
      case "batch-norm" ->
          new BatchNorm.Spec(BatchNorm.Spec.DEFAULT_MOMENTUM, BatchNorm.Spec.DEFAULT_EPSILON);
      case "residual" -> new Residual.Spec(List.of(), List.of());
      default -> throw new IllegalArgumentException("no layer " + name);
    };
  }

  float[] forward() {
    layer.forward(call, x, y, saved);
    return y;
  }

  /** Of the last forward pass. */
  float[] backward() {
    layer.backward(call, x, y, saved, g, dx, gradient);
    return dx;
  }

  /**
   * Holds outputs, input gradient and parameter gradient to the layer's double-precision formula:
   * the gradients' slope in one random direction each to the central difference of the loss.
   */
  void check() {
    forward();
    backward();
    double[] w = widen(call.weights());
    double[] wideX = widen(x);
    double[] expected = reference(w, wideX);
    double largest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
    for (int i = 0; i < y.length; i++) {
      require(
          Math.abs(expected[i] - y[i]) <= OUTPUT_TOLERANCE * largest, "output", expected[i], y[i]);
    }
    checkSlope("input gradient", wideX, x.length, dx, w, wideX);
    if (parameters > 0) {
      checkSlope("parameter gradient", w, parameters, gradient, w, wideX);
    }
  }

  /** Along the first {@code count} of the variables, which are w or x. */
  private void checkSlope(
      String what, double[] variables, int count, float[] slopes, double[] w, double[] wideX) {
    float[] direction = MatmulBenchmark.random(random, count);
    double slope = 0;
    double squares = 0;
    for (int i = 0; i < count; i++) {
      double term = (double) slopes[i] * direction[i];
      slope += term;
      squares += term * term;
    }
    move(variables, direction, STEP);
    double above = loss(w, wideX);
    move(variables, direction, -2 * STEP);
    double below = loss(w, wideX);
    move(variables, direction, STEP);
    double expected = (above - below) / (2 * STEP);
    boolean close = Math.abs(expected - slope) <= SLOPE_TOLERANCE * Math.sqrt(squares);
    require(close, what, expected, slope);
  }

  private static void move(double[] variables, float[] direction, double by) {
    for (int i = 0; i < direction.length; i++) {
      variables[i] += by * direction[i];
    }
  }

  private double loss(double[] w, double[] wideX) {
    double[] outputs = reference(w, wideX);
    double sum = 0;
    for (int i = 0; i < outputs.length; i++) {
      sum += g[i] * outputs[i];
    }
    return sum;
  }

  private double[] reference(double[] w, double[] wideX) {
    double[] outputs = new double[y.length];
    layer.reference(call, w, wideX, outputs);
    return outputs;
  }

  private void require(boolean close, String what, double expected, double actual) {
    if (!close) {
      throw new IllegalStateException(
          "%s: %s is %s, by its formula %s".formatted(layer.describe(), what, actual, expected));
    }
  }

  private static double[] widen(float[] values) {
    double[] wide = new double[values.length];
    Arrays.setAll(wide, i -> values[i]);
    return wide;
  }
}
