package dev.yamabiko.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

class OptimizerSliceTest {

  @Provide
  Arbitrary<Optimizer> optimizers() {
    return Arbitraries.of(
        List.of(
            new Sgd(0.1f, 0, false, 0),
            new Sgd(0.1f, 0, false, 0.01f),
            new Sgd(0.1f, 0.9f, false, 0.01f),
            new Sgd(0.1f, 0.9f, true, 0.01f),
            new Adam(0.01f, 0.9f, 0.999f, 1e-8f, 0),
            new Adam(0.01f, 0.9f, 0.999f, 1e-8f, 0.01f),
            new AdamW(0.01f, 0.9f, 0.999f, 1e-8f, 0.01f),
            new RmsProp(0.01f, 0.9f, 1e-8f, 0, 0.01f),
            new RmsProp(0.01f, 0.9f, 1e-8f, 0.5f, 0)));
  }

  @Property(tries = 300)
  void shouldGiveSameBitsWhereverTheVectorIsCut(
      @ForAll("optimizers") Optimizer optimizer,
      @ForAll @IntRange(min = 1, max = 100) int n,
      @ForAll @IntRange(min = 0, max = 100) int a,
      @ForAll @IntRange(min = 0, max = 100) int b,
      @ForAll long seed) {
    int from = Math.min(a, b) % (n + 1);
    int to = from + Math.abs(a - b) % (n - from + 1);
    float[] whole = Trajectory.run(optimizer, seed, n, 5);
    float[] slice = Trajectory.run(optimizer, seed, n, from, to, 5);
    assertArrayEquals(bits(whole, from, to), bits(slice, from, to));
  }

  /** As a step does that saves itself passes over the gradient. */
  @Property(tries = 100)
  void shouldGiveSameBitsWhenTheGradientIsScaledInPassingOrWrittenOver(
      @ForAll("optimizers") Optimizer optimizer,
      @ForAll @IntRange(min = 1, max = 100) int n,
      @ForAll @IntRange(min = 0, max = 7) int power,
      @ForAll long seed) {
    float scale = 1f / (1 << power);
    float[] w = Trajectory.weights(seed, n);
    float[] sum = Trajectory.gradient(seed, 0, n);
    float[] mean = new float[n];
    for (int i = 0; i < n; i++) {
      mean[i] = sum[i] / (1 << power);
    }
    float[][] expected = step(optimizer, seed, w, new float[n], mean, 1);
    float[][] scaled = step(optimizer, seed, w, new float[n], sum, scale);
    float[][] writtenOver = step(optimizer, seed, w, mean, mean, 1);
    for (int i = 0; i < expected.length; i++) {
      assertArrayEquals(bits(expected[i], 0, n), bits(scaled[i], 0, n));
      assertArrayEquals(bits(expected[i], 0, n), bits(writtenOver[i], 0, n));
    }
  }

  /**
   * @return the new state, then the new weights
   */
  private static float[][] step(
      Optimizer optimizer, long seed, float[] w, float[] next, float[] g, float scale) {
    int n = w.length;
    int vectors = optimizer.stateVectors();
    float[][] all = new float[vectors + 1][];
    for (int i = 0; i < vectors; i++) {
      all[i] = Trajectory.random(seed, 2 + i, n);
      for (int k = 0; k < n; k++) {
        all[i][k] = Math.abs(all[i][k]); // it may be a mean of squares
      }
    }
    all[vectors] = next;
    optimizer.step(3, optimizer.learningRate(), 0, n, w, next, g, scale, all);
    return all;
  }

  @Property(tries = 100)
  void shouldNotHideThatTheGradientIsNotFinite(
      @ForAll("optimizers") Optimizer optimizer, @ForAll long seed) {
    float[] g = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY};
    int n = g.length;
    float[] next = new float[n];
    float[][] state = new float[optimizer.stateVectors()][n];
    float[] w = Trajectory.weights(seed, n);
    optimizer.step(0, optimizer.learningRate(), 0, n, w, next, g, 0.25f, state);
    for (float weight : next) {
      assertFalse(Float.isFinite(weight), Arrays.toString(next));
    }
  }

  private static int[] bits(float[] values, int from, int to) {
    int[] bits = new int[to - from];
    Arrays.setAll(bits, i -> Float.floatToRawIntBits(values[from + i]));
    return bits;
  }
}
