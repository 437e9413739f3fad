package dev.yamabiko.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.tensor.Kernels;
import dev.yamabiko.tensor.Philox;
import dev.yamabiko.tensor.ScalarKernels;
import dev.yamabiko.tensor.Shape;
import dev.yamabiko.tensor.ShardRows;
import java.util.Arrays;
import java.util.List;

/**
 * One layer by itself, under the loss L = sum of c * y with random c, so that G = c: float forward
 * and backward against the double-precision reference and its central differences, for every
 * parameter and every input.
 *
 * <p>Inputs are different multiples of a spacing far above h and never near 0, so no relu or
 * max-pool switches within h.
 */
final class LayerProbe {

  private static final int[] BOUNDS = {0, 2, 2, 5};
  private static final int[] SAMPLES = {7, 3, 11, 0, 5};
  private static final double STEP = 1e-4;

  /** Float rounding, relative to the largest value of the tensor. */
  private static final double TOLERANCE = 2e-6;

  private final Layer layer;
  private final ShardRows shards = new ShardRows(BOUNDS);
  private final float[] weights;
  private final float[] x;
  private final float[] c;
  private final Kernels kernels = new ScalarKernels();
  private final int parameters;

  /** Null when evaluating. */
  private final Training training;

  LayerProbe(LayerSpec spec, Shape input, boolean trains) {
    layer = spec.build(input);
    assertEquals(input, layer.inputShape());
    Network network = Network.build(input, List.of(spec));
    Philox random = Philox.stream(11, Philox.Purpose.GENERATE, 0, 0, 0);
    weights = new float[network.length()];
    fillGaussian(random, weights);
    parameters = network.parameterCount();
    for (int i = parameters; i < weights.length; i++) {
      weights[i] = 0.5f + Math.abs(weights[i]);
    }
    training = trains ? new Training(4, 17, SAMPLES, new float[weights.length]) : null;
    c = new float[shards.rows() * layer.outputShape().size()];
    fillGaussian(random, c);
    x = apart(random, shards.rows() * input.size());
  }

  private static void fillGaussian(Philox random, float[] values) {
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
  }

  /** Numbers between -2 and 2, no two within 4 / n, none within 1 / n of 0, in random order. */
  private static float[] apart(Philox random, int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = 4f * (i + 0.25f) / n - 2;
    }
    for (int i = n - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      float swap = values[i];
      values[i] = values[j];
      values[j] = swap;
    }
    return values;
  }

  /** Forward against the reference, then all derivatives. */
  void check() {
    assertTrue(4.0 / x.length > 20 * STEP, "inputs too close to each other: " + x.length);
    int outputs = c.length;
    float[] y = new float[outputs];
    float[] saved = new float[shards.rows() * layer.savedSize()];
    LayerCall call = new LayerCall(kernels, shards, weights, 0, 0, parameters, training);
    layer.forward(call, x, y, saved);
    double[] expected = new double[outputs];
    layer.reference(call, widen(weights), widen(x), expected);
    assertClose("output", expected, y);

    float[] dx = new float[x.length];
    float[] gradient = new float[weights.length];
    Arrays.fill(dx, Float.NaN);
    Arrays.fill(gradient, Float.NaN);
    layer.backward(call, x, y, saved, c.clone(), dx, gradient);
    double[] wideX = widen(x);
    double[] wideW = widen(weights);
    assertClose("input gradient", differences(wideX, wideX.length, wideW, wideX), dx);
    assertClose("parameter gradient", differences(wideW, parameters, wideW, wideX), gradient);

    float[] again = new float[weights.length];
    Arrays.fill(again, Float.NaN);
    layer.backward(call, x, y, saved, c.clone(), null, again);
    assertTrue(Arrays.equals(gradient, again), "without input gradient");
  }

  /** By the first {@code count} of the variables, which are w or x. */
  private double[] differences(double[] variables, int count, double[] w, double[] x) {
    double[] numeric = new double[count];
    for (int i = 0; i < count; i++) {
      double at = variables[i];
      variables[i] = at + STEP;
      double above = loss(w, x);
      variables[i] = at - STEP;
      double below = loss(w, x);
      variables[i] = at;
      numeric[i] = (above - below) / (2 * STEP);
    }
    return numeric;
  }

  private double loss(double[] w, double[] x) {
    double[] y = new double[c.length];
    LayerCall call = new LayerCall(null, shards, null, 0, 0, parameters, training);
    layer.reference(call, w, x, y);
    double sum = 0;
    for (int i = 0; i < y.length; i++) {
      sum += c[i] * y[i];
    }
    return sum;
  }

  private static double[] widen(float[] values) {
    double[] wide = new double[values.length];
    Arrays.setAll(wide, i -> values[i]);
    return wide;
  }

  private static void assertClose(String what, double[] expected, float[] actual) {
    double largest = Arrays.stream(expected).map(Math::abs).max().orElse(0);
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], actual[i], TOLERANCE * largest, what + " " + i);
    }
  }
}
