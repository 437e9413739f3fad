package dev.yamabiko.coordinator.tensorboard;

import java.util.Arrays;

/**
 * How often a tensor's values lie between fixed edges, the same for every tensor, so counts of
 * parts add up to those of the whole. Edges are TensorFlow's: 0, and from 1e-12 to 1e20 to both
 * sides, each 1.1 times the one before; the outermost reach to the largest double. A value equal to
 * an edge lies above it.
 *
 * <p>Infinities are counted in the outermost buckets and NaN in none of them; neither is part of
 * the smallest, largest, sum and sum of squares, which are 0 where there is no finite value.
 *
 * @param count of what the buckets hold
 * @param limits upper edge of each bucket; a run of empty buckets is one
 * @param counts of each bucket
 * @param notFinite infinities and NaN
 */
public record Histogram(
    double min,
    double max,
    long count,
    double sum,
    double sumOfSquares,
    double[] limits,
    double[] counts,
    long notFinite) {

  private static final double[] EDGES = edges();

  /** By the upper half of a float's bits, the bucket of the smallest value that has them. */
  private static final short[] FIRST = first();

  private static short[] first() {
    short[] first = new short[1 << Short.SIZE];
    for (int upper = 0; upper < first.length; upper++) {
      boolean negative = upper >>> Short.SIZE - 1 == 1;
      float smallest = Float.intBitsToFloat(upper << Short.SIZE | (negative ? 0xffff : 0));
      // Of NaN and what shares its bits, the negative infinity, it is the first of all.
      first[upper] = (short) (Float.isNaN(smallest) ? 0 : search(smallest));
    }
    return first;
  }

  private static double[] edges() {
    double[] positive = new double[1000];
    int size = 0;
    for (double edge = 1e-12; edge < 1e20; edge *= 1.1) {
      positive[size++] = edge;
    }
    positive[size++] = Double.MAX_VALUE;
    double[] all = new double[2 * size + 1];
    for (int i = 0; i < size; i++) {
      all[size - 1 - i] = -positive[i];
      all[size + 1 + i] = positive[i];
    }
    return all;
  }

  /** Of the elements from one index to before another. */
  public static Histogram of(float[] values, int from, int to) {
    long[] buckets = new long[EDGES.length];
    double min = Double.POSITIVE_INFINITY;
    double max = Double.NEGATIVE_INFINITY;
    double sum = 0;
    double squares = 0;
    long nan = 0;
    long infinite = 0;
    for (int i = from; i < to; i++) {
      double value = values[i];
      if (Double.isNaN(value)) {
        nan++;
        continue;
      }
      buckets[bucket(values[i])]++;
      if (Double.isInfinite(value)) {
        infinite++;
      } else {
        min = Math.min(min, value);
        max = Math.max(max, value);
        sum += value;
        squares += value * value;
      }
    }
    boolean none = min > max;
    return packed(
        none ? 0 : min, none ? 0 : max, to - from - nan, sum, squares, buckets, nan + infinite);
  }

  /** The first whose upper edge is greater: from the table, and at most one further. */
  private static int bucket(float value) {
    int bucket = FIRST[Float.floatToRawIntBits(value) >>> Short.SIZE];
    while (bucket < EDGES.length - 1 && EDGES[bucket] <= value) {
      bucket++;
    }
    return bucket;
  }

  private static int search(double value) {
    int at = Arrays.binarySearch(EDGES, value);
    int above = at >= 0 ? at + 1 : -at - 1;
    return Math.min(above, EDGES.length - 1);
  }

  private static Histogram packed(
      double min,
      double max,
      long count,
      double sum,
      double squares,
      long[] buckets,
      long notFinite) {
    double[] limits = new double[buckets.length];
    double[] counts = new double[buckets.length];
    int size = 0;
    for (int i = 0; i < buckets.length; i++) {
      boolean goesOn = size > 0 && buckets[i] == 0 && counts[size - 1] == 0;
      if (!goesOn) {
        size++;
      }
      limits[size - 1] = EDGES[i];
      counts[size - 1] = buckets[i];
    }
    return new Histogram(
        min,
        max,
        count,
        sum,
        squares,
        Arrays.copyOf(limits, size),
        Arrays.copyOf(counts, size),
        notFinite);
  }
}
