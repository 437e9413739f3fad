package dev.yamabiko.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class StochasticRoundingTest {

  private static final long SEED = 0x0123456789ABCDEFL;

  /** Of any bits; every eighth is large, infinite or NaN. */
  private static float[] values(int length, long seed) {
    Random random = new Random(seed);
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      int bits = random.nextInt();
      values[i] = Float.intBitsToFloat(random.nextInt(8) == 0 ? bits | 0x7F7F0000 : bits);
    }
    return values;
  }

  private static int[] bits(float[] values) {
    int[] bits = new int[values.length];
    Arrays.setAll(bits, i -> Float.floatToRawIntBits(values[i]));
    return bits;
  }

  private static void assertAsDefined(
      Kernels kernels, long seed, long step, long node, int at, int from, int length) {
    float[] x = values(at + length + 20, seed);
    float[] expected = x.clone();
    for (int i = 0; i < length; i++) {
      int random = StochasticRounding.random(seed, step, node, from + i);
      expected[at + i] = Bfloat16.stochastic(x[at + i], random);
    }
    kernels.roundStochastically(seed, step, node, x, at, from, from + length);
    assertArrayEquals(bits(expected), bits(x));
  }

  @Provide
  Arbitrary<Kernels> kernels() {
    return Arbitraries.of(new ScalarKernels(), KernelsFactory.create());
  }

  @Property(tries = 600)
  void shouldRoundEachElementByItsOwnNumber(
      @ForAll("kernels") Kernels kernels,
      @ForAll long seed,
      @ForAll @LongRange(max = 0xFFFFFFFFL) long step,
      @ForAll @LongRange(max = 0xFFFFFFFFL) long node,
      @ForAll @IntRange(max = 70) int at,
      @ForAll @IntRange(max = 1 << 30) int from,
      @ForAll @IntRange(max = 400) int length) {
    assertAsDefined(kernels, seed, step, node, at, from, length);
  }

  /** As compiled code, too. */
  @Test
  void shouldRoundLongVectorsAlikeInAllKernels() {
    Kernels fast = KernelsFactory.create();
    for (int step = 0; step < 200; step++) {
      float[] a = values(20_011, step);
      float[] b = a.clone();
      new ScalarKernels().roundStochastically(SEED, step, 7, a, 5, 1000, 21_000);
      fast.roundStochastically(SEED, step, 7, b, 5, 1000, 21_000);
      assertArrayEquals(bits(a), bits(b));
    }
  }

  /** As another program gives them that was written from the comment. */
  @Test
  void shouldGiveTheSameNumbersForEver() {
    int[] numbers = new int[8];
    Arrays.setAll(numbers, i -> StochasticRounding.random(SEED, 3, 5, i * 17));
    assertArrayEquals(new int[] {43879, 26824, 14637, 45195, 22325, 10511, 59886, 54690}, numbers);
  }

  /**
   * The mean error of many elements is that of a mean of independent errors: its z-score is normal
   * with deviation 1.
   */
  @Test
  void shouldBeUnbiased() {
    int n = 1 << 20;
    Random random = new Random(3);
    float[] x = new float[n];
    for (int i = 0; i < n; i++) {
      x[i] = (float) random.nextGaussian();
    }
    float[] rounded = x.clone();
    KernelsFactory.create().roundStochastically(SEED, 1, 2, rounded, 0, 0, n);
    double error = 0;
    double variance = 0;
    int moved = 0;
    for (int i = 0; i < n; i++) {
      double unit = Math.scalb(1.0, Math.getExponent(x[i]) - 7);
      double up = Math.abs(x[i]) / unit - Math.floor(Math.abs(x[i]) / unit);
      error += (rounded[i] - x[i]) / unit;
      variance += up * (1 - up);
      moved += rounded[i] == x[i] ? 0 : 1;
    }
    assertTrue(moved > n * 0.99, "" + moved);
    // Rounding to nearest has a variance of n / 12 about x, this of n / 6.
    assertEquals(n / 6.0, variance, n * 0.001);
    assertTrue(Math.abs(error / Math.sqrt(variance)) < 3, error + " of " + Math.sqrt(variance));
  }

  /** A thousand updates far below the last place add up to what they are. */
  @Test
  void shouldNotLoseSmallAdditions() {
    int n = 4096;
    float[] x = new float[n];
    Arrays.fill(x, 1);
    for (int step = 0; step < 1000; step++) {
      for (int i = 0; i < n; i++) {
        x[i] += 0x1p-12f;
      }
      new ScalarKernels().roundStochastically(SEED, step, 0, x, 0, 0, n);
    }
    double mean = 0;
    for (float value : x) {
      assertEquals(value, Bfloat16.nearest(value));
      mean += value / n;
    }
    assertEquals(1 + 1000 * 0x1p-12, mean, 0.004);
  }
}
