package dev.yamabiko.step;

import java.util.Arrays;
import java.util.List;

/**
 * How near the values of some examples came, target by target, in the targets' own units: all that
 * MAE, RMSE and R^2 are made of. Added along the tree over parts, to the same bits whoever had
 * which part.
 *
 * @param examples how many
 * @param absolute sum of |y - t|
 * @param squared sum of (y - t)^2
 * @param mean of t
 * @param spread sum of (t - mean t)^2
 */
public record ErrorTally(
    long examples, double[] absolute, double[] squared, double[] mean, double[] spread) {

  public ErrorTally {
    int targets = absolute.length;
    if (squared.length != targets || mean.length != targets || spread.length != targets) {
      throw new IllegalArgumentException(
          "sums of %d, %d, %d and %d targets"
              .formatted(targets, squared.length, mean.length, spread.length));
    }
  }

  public int targets() {
    return absolute.length;
  }

  /**
   * Means and spreads combine as Chan, Golub and LeVeque (1979) do it, which cancels nothing: with
   * d = mean_r - mean_l, mean = mean_l + d n_r / n, spread = spread_l + spread_r + d^2 n_l n_r / n.
   */
  public ErrorTally plus(ErrorTally right) {
    int targets = targets();
    long n = examples + right.examples;
    double[] means = new double[targets];
    double[] spreads = new double[targets];
    double part = (double) right.examples / n;
    double both = examples * part;
    for (int k = 0; k < targets; k++) {
      double d = right.mean[k] - mean[k];
      means[k] = mean[k] + d * part;
      spreads[k] = spread[k] + right.spread[k] + d * d * both;
    }
    return new ErrorTally(
        n, sum(absolute, right.absolute), sum(squared, right.squared), means, spreads);
  }

  private static double[] sum(double[] left, double[] right) {
    double[] sum = new double[left.length];
    for (int k = 0; k < sum.length; k++) {
      sum[k] = left[k] + right[k];
    }
    return sum;
  }

  /** Of the targets [from, to) alone. */
  public ErrorTally of(int from, int to) {
    return new ErrorTally(
        examples,
        Arrays.copyOfRange(absolute, from, to),
        Arrays.copyOfRange(squared, from, to),
        Arrays.copyOfRange(mean, from, to),
        Arrays.copyOfRange(spread, from, to));
  }

  /** Of the same examples and of all these targets, in order; the reverse of {@link #of}. */
  public static ErrorTally joined(List<ErrorTally> ranges) {
    return new ErrorTally(
        ranges.get(0).examples,
        joinedArrays(ranges.stream().map(ErrorTally::absolute).toList()),
        joinedArrays(ranges.stream().map(ErrorTally::squared).toList()),
        joinedArrays(ranges.stream().map(ErrorTally::mean).toList()),
        joinedArrays(ranges.stream().map(ErrorTally::spread).toList()));
  }

  private static double[] joinedArrays(List<double[]> arrays) {
    return arrays.stream().flatMapToDouble(Arrays::stream).toArray();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ErrorTally tally
        && examples == tally.examples
        && Arrays.equals(absolute, tally.absolute)
        && Arrays.equals(squared, tally.squared)
        && Arrays.equals(mean, tally.mean)
        && Arrays.equals(spread, tally.spread);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(
        new int[] {
          Long.hashCode(examples),
          Arrays.hashCode(absolute),
          Arrays.hashCode(squared),
          Arrays.hashCode(mean),
          Arrays.hashCode(spread)
        });
  }

  /** The same for the same numbers, and short for many. */
  @Override
  public String toString() {
    return "ErrorTally[%d examples, %d targets, %08x]".formatted(examples, targets(), hashCode());
  }
}
