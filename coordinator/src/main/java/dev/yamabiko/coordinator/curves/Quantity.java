package dev.yamabiko.coordinator.curves;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.DoubleStream;

/**
 * One quantity over buckets: of the values in each the mean, least, largest and last. Values that
 * are not finite count for none of the first three.
 */
final class Quantity {

  private static final int FEW = 16;

  private double[] sum = new double[FEW];
  private long[] count = new long[FEW];
  private double[] least = new double[FEW];
  private double[] largest = new double[FEW];
  private double[] last = new double[FEW];

  Quantity() {
    clear(0, FEW);
  }

  private void clear(int from, int to) {
    Arrays.fill(sum, from, to, 0);
    Arrays.fill(count, from, to, 0);
    Arrays.fill(least, from, to, Double.POSITIVE_INFINITY);
    Arrays.fill(largest, from, to, Double.NEGATIVE_INFINITY);
    Arrays.fill(last, from, to, Double.NaN);
  }

  void add(int bucket, double value) {
    makeRoom(bucket + 1);
    last[bucket] = value;
    if (Double.isFinite(value)) {
      sum[bucket] += value;
      count[bucket]++;
      least[bucket] = Math.min(least[bucket], value);
      largest[bucket] = Math.max(largest[bucket], value);
    }
  }

  private void makeRoom(int buckets) {
    int before = sum.length;
    if (buckets > before) {
      int now = Math.max(buckets, 2 * before);
      sum = Arrays.copyOf(sum, now);
      count = Arrays.copyOf(count, now);
      least = Arrays.copyOf(least, now);
      largest = Arrays.copyOf(largest, now);
      last = Arrays.copyOf(last, now);
      clear(before, now);
    }
  }

  /** Makes one bucket of each two. */
  void halve(int buckets) {
    makeRoom(buckets);
    for (int i = 0; i < buckets / 2; i++) {
      int a = 2 * i;
      sum[i] = sum[a] + sum[a + 1];
      count[i] = count[a] + count[a + 1];
      least[i] = Math.min(least[a], least[a + 1]);
      largest[i] = Math.max(largest[a], largest[a + 1]);
      last[i] = last[a + 1];
    }
    clear(buckets / 2, buckets);
  }

  /** Of each so many neighbouring buckets the last value, a whole number. */
  List<Long> wholes(int buckets, int together) {
    List<Long> values = new ArrayList<>();
    for (double value : lasts(buckets, together)) {
      values.add(Double.isFinite(value) ? (Long) (long) value : null);
    }
    return values;
  }

  /** Of each so many neighbouring buckets the last value; null where it is not finite. */
  List<Float> last(int buckets, int together) {
    List<Float> values = new ArrayList<>();
    for (double value : lasts(buckets, together)) {
      values.add(rounded(value));
    }
    return values;
  }

  private double[] lasts(int buckets, int together) {
    makeRoom(buckets);
    double[] values = new double[(buckets + together - 1) / together];
    for (int i = 0; i < values.length; i++) {
      values[i] = last[Math.min((i + 1) * together, buckets) - 1];
    }
    return values;
  }

  /** Of each so many neighbouring buckets; null where there is nothing to take it of. */
  List<Float> mean(int buckets, int together) {
    makeRoom(buckets);
    List<Float> values = new ArrayList<>();
    for (int from = 0; from < buckets; from += together) {
      double total = 0;
      long of = 0;
      for (int i = from; i < Math.min(from + together, buckets); i++) {
        total += sum[i];
        of += count[i];
      }
      values.add(rounded(total / of));
    }
    return values;
  }

  List<Float> least(int buckets, int together) {
    makeRoom(buckets);
    return each(least, buckets, together, DoubleStream::min);
  }

  List<Float> largest(int buckets, int together) {
    makeRoom(buckets);
    return each(largest, buckets, together, DoubleStream::max);
  }

  private static List<Float> each(
      double[] of, int buckets, int together, Function<DoubleStream, OptionalDouble> one) {
    List<Float> values = new ArrayList<>();
    for (int from = 0; from < buckets; from += together) {
      int to = Math.min(from + together, buckets);
      values.add(rounded(one.apply(Arrays.stream(of, from, to)).orElseThrow()));
    }
    return values;
  }

  /** A curve needs no more than a float's seven digits, and they are half as long to send. */
  private static Float rounded(double value) {
    float rounded = (float) value;
    return Float.isFinite(rounded) ? rounded : null;
  }
}
