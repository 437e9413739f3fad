package dev.yamabiko.step;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yamabiko.tensor.Philox;
import java.util.Arrays;
import java.util.stream.DoubleStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ChunkGridTest {

  private static float[] values(int n) {
    Philox random = Philox.stream(4, Philox.Purpose.GENERATE, 0, 0, n);
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) (random.nextGaussian() * Math.exp(3 * random.nextGaussian()));
    }
    return values;
  }

  @Property
  void shouldBeginSlicesOnTheGridAndCoverTheVector(
      @ForAll @IntRange(min = 1, max = 200_000) int parameters,
      @ForAll @IntRange(min = 1, max = 70) int slices) {
    assertEquals(0, ChunkGrid.sliceFrom(parameters, slices, 0));
    assertEquals(parameters, ChunkGrid.sliceFrom(parameters, slices, slices));
    int before = 0;
    for (int k = 0; k < slices; k++) {
      int from = ChunkGrid.sliceFrom(parameters, slices, k);
      assertEquals(0, from % ChunkGrid.CHUNK);
      assertEquals(before, Math.min(before, from));
      before = from;
    }
  }

  @Test
  void shouldNotOverflowWhenTheVectorIsAsLargeAsArraysGet() {
    int parameters = Integer.MAX_VALUE;
    assertEquals(1 << 19, ChunkGrid.chunks(parameters));
    assertEquals(1 << 30, ChunkGrid.sliceFrom(parameters, 2, 1));
    assertEquals(parameters, ChunkGrid.sliceFrom(parameters, 2, 2));
  }

  @Property(tries = 60)
  void shouldGiveSameTotalHoweverTheVectorIsSliced(
      @ForAll @IntRange(min = 1, max = 60_000) int parameters,
      @ForAll @IntRange(min = 1, max = 20) int slices) {
    float[] values = values(parameters);
    double whole = ChunkGrid.total(ChunkGrid.squares(values, 0, parameters));
    DoubleStream all = DoubleStream.empty();
    for (int k = 0; k < slices; k++) {
      int from = ChunkGrid.sliceFrom(parameters, slices, k);
      int length = ChunkGrid.sliceFrom(parameters, slices, k + 1) - from;
      // A slice owner holds its part from index 0 on; the whole vector is read in place.
      float[] own = Arrays.copyOfRange(values, from, from + length);
      double[] sums = ChunkGrid.squares(own, 0, length);
      assertEquals(true, Arrays.equals(sums, ChunkGrid.squares(values, from, length)));
      all = DoubleStream.concat(all, Arrays.stream(sums));
    }
    assertEquals(bits(whole), bits(ChunkGrid.total(all.toArray())));
  }

  private static long bits(double value) {
    return Double.doubleToRawLongBits(value);
  }

  @Property(tries = 60)
  void shouldSumSquares(@ForAll @IntRange(min = 1, max = 20_000) int n) {
    float[] values = values(n);
    double sum = 0;
    for (float v : values) {
      sum += (double) v * v;
    }
    assertEquals(sum, ChunkGrid.total(ChunkGrid.squares(values, 0, n)), 1e-12 * sum);
  }

  @Property
  void shouldAddChunksAlongTheTree(@ForAll @IntRange(min = 1, max = 300) int chunks) {
    double[] sums = new double[chunks];
    Arrays.setAll(sums, i -> Math.exp(i % 37));
    assertEquals(bits(recursive(sums, 0, chunks)), bits(ChunkGrid.total(sums)));
  }

  private static double recursive(double[] sums, int from, int to) {
    if (to - from == 1) {
      return sums[from];
    }
    Block block = new Block(from, to);
    return recursive(sums, from, block.left().to()) + recursive(sums, block.left().to(), to);
  }

  @Test
  void shouldBeZeroWhenThereIsNothing() {
    assertEquals(0, ChunkGrid.squares(new float[0], 0, 0).length);
    assertEquals(0, ChunkGrid.total(new double[0]));
  }
}
