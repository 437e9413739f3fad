package dev.yamabiko.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Arrays;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class SamplerTest {

  @Test
  void shouldGiveTheSameOrderInEveryRelease() {
    assertArrayEquals(new int[] {0, 8, 5, 6, 3, 9, 1, 7, 2, 4}, Sampler.order(42, 0, 10));
    assertArrayEquals(new int[] {6, 7, 9, 8, 2, 1, 5, 0, 3, 4}, Sampler.order(42, 1, 10));
    assertArrayEquals(new int[] {8, 1, 3, 2, 4, 9, 6, 7, 0, 5}, Sampler.order(-1, 4294967295L, 10));
  }

  @Test
  void shouldOrderFewExamplesToo() {
    assertArrayEquals(new int[] {}, Sampler.order(42, 0, 0));
    assertArrayEquals(new int[] {0}, Sampler.order(42, 0, 1));
  }

  @Property
  void shouldVisitEveryExampleOnce(
      @ForAll long seed,
      @ForAll @LongRange(min = 0, max = 0xFFFFFFFFL) long epoch,
      @ForAll @IntRange(min = 0, max = 2000) int n) {
    int[] order = Sampler.order(seed, epoch, n);
    Arrays.sort(order);
    assertArrayEquals(IntStream.range(0, n).toArray(), order);
  }

  @Property
  void shouldDependOnSeedAndEpoch(
      @ForAll long seed, @ForAll @LongRange(min = 0, max = 1000) long epoch) {
    int[] order = Sampler.order(seed, epoch, 100);
    assertArrayEquals(order, Sampler.order(seed, epoch, 100));
    assertFalse(Arrays.equals(order, Sampler.order(seed, epoch + 1, 100)));
    assertFalse(Arrays.equals(order, Sampler.order(seed + 1, epoch, 100)));
  }
}
