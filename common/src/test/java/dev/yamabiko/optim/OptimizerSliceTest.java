package dev.yamabiko.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

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

  private static int[] bits(float[] values, int from, int to) {
    int[] bits = new int[to - from];
    Arrays.setAll(bits, i -> Float.floatToRawIntBits(values[from + i]));
    return bits;
  }
}
