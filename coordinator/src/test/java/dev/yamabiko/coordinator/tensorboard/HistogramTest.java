package dev.yamabiko.coordinator.tensorboard;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class HistogramTest {

  private static Histogram of(float... values) {
    return Histogram.of(values, 0, values.length);
  }

  /** Which bucket a value belongs to, by a look at each. */
  private static int bucket(double[] limits, double value) {
    for (int i = 0; i < limits.length - 1; i++) {
      if (value < limits[i]) {
        return i;
      }
    }
    return limits.length - 1;
  }

  private static void assertSound(Histogram histogram) {
    double[] limits = histogram.limits();
    assertEquals(limits.length, histogram.counts().length);
    assertEquals(Double.MAX_VALUE, limits[limits.length - 1]);
    for (int i = 1; i < limits.length; i++) {
      assertTrue(limits[i - 1] < limits[i], Arrays.toString(limits));
    }
    assertEquals(histogram.count(), Arrays.stream(histogram.counts()).sum());
  }

  @Property(tries = 200)
  void shouldCountEveryValueWhereItBelongs(@ForAll int[] bits) {
    float[] values = new float[bits.length];
    for (int i = 0; i < bits.length; i++) {
      values[i] = Float.intBitsToFloat(bits[i]);
    }
    Histogram histogram = of(values);
    assertSound(histogram);
    double[] counts = new double[histogram.counts().length];
    long nan = 0;
    long infinite = 0;
    double sum = 0;
    double squares = 0;
    for (float value : values) {
      nan += Float.isNaN(value) ? 1 : 0;
      infinite += Float.isInfinite(value) ? 1 : 0;
      if (Float.isFinite(value)) {
        sum += value;
        squares += (double) value * value;
        assertTrue(histogram.min() <= value && value <= histogram.max());
      }
      if (!Float.isNaN(value)) {
        counts[bucket(histogram.limits(), value)]++;
      }
    }
    assertArrayEquals(counts, histogram.counts());
    assertEquals(values.length - nan, histogram.count());
    assertEquals(nan + infinite, histogram.notFinite());
    assertEquals(sum, histogram.sum());
    assertEquals(squares, histogram.sumOfSquares());
  }

  /** Parts of a tensor may be counted where they are. */
  @Property(tries = 200)
  void shouldAddUpToTheWhole(@ForAll float[] left, @ForAll float[] right) {
    float[] all = Arrays.copyOf(left, left.length + right.length);
    System.arraycopy(right, 0, all, left.length, right.length);
    Map<Double, Double> whole = buckets(of(all));
    Map<Double, Double> sum = buckets(of(left));
    buckets(Histogram.of(all, left.length, all.length))
        .forEach((limit, count) -> sum.merge(limit, count, Double::sum));
    assertEquals(whole, sum);
  }

  private static Map<Double, Double> buckets(Histogram histogram) {
    Map<Double, Double> buckets = new TreeMap<>();
    for (int i = 0; i < histogram.limits().length; i++) {
      if (histogram.counts()[i] > 0) {
        buckets.put(histogram.limits()[i], histogram.counts()[i]);
      }
    }
    return buckets;
  }

  @Test
  void shouldPutAnEdgeIntoTheBucketAboveIt() {
    Histogram zeros = of(0f, -0f);
    assertEquals(Map.of(1e-12, 2.0), buckets(zeros));
    assertEquals(Map.of(0.0, 1.0), buckets(of(-1e-30f)));
    assertEquals(2, buckets(of(1f, 1.2f)).size());
  }

  @Test
  void shouldCountInfinitiesAtTheEdgesAndLeaveNanOut() {
    Histogram histogram =
        of(Float.NEGATIVE_INFINITY, 1, Float.NaN, 3, Float.POSITIVE_INFINITY, Float.NaN);
    assertSound(histogram);
    assertEquals(4, histogram.count());
    assertEquals(4, histogram.notFinite());
    assertEquals(1, histogram.min());
    assertEquals(3, histogram.max());
    assertEquals(4, histogram.sum());
    assertEquals(10, histogram.sumOfSquares());
    double[] counts = histogram.counts();
    double[] limits = histogram.limits();
    assertTrue(limits[0] < -1e19, Arrays.toString(limits));
    assertArrayEquals(new double[] {1, 1}, new double[] {counts[0], counts[counts.length - 1]});
  }

  @Test
  void shouldHoldNothingOfValuesThatAreNone() {
    for (Histogram histogram : new Histogram[] {of(), of(Float.NaN), of(Float.NaN, Float.NaN)}) {
      assertSound(histogram);
      assertEquals(0, histogram.count());
      assertEquals(0, histogram.min());
      assertEquals(0, histogram.max());
    }
  }
}
