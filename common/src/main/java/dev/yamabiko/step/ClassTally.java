package dev.yamabiko.step;

import java.util.Arrays;

/**
 * How some examples were told apart: all that accuracy, precision, recall, F1, the confusion matrix
 * and the area under the ROC curve are made of. Sums are exact and have one form, whatever the
 * order.
 *
 * <p>Memory: 16 bytes for each pair of classes that occurs, of which there are no more than
 * examples; of two classes also 4 bytes for each example.
 *
 * @param pairs of true and predicted class, see {@link #pair}: those that occur, ascending
 * @param counts examples of each of these pairs
 * @param positives scores of the examples of class 1, ascending as {@link Float#compare} orders
 *     them; empty unless there are two classes
 * @param negatives those of class 0
 */
public record ClassTally(long[] pairs, long[] counts, float[] positives, float[] negatives) {

  public ClassTally {
    if (pairs.length != counts.length) {
      throw new IllegalArgumentException(pairs.length + " pairs, " + counts.length + " counts");
    }
  }

  /** The number of a pair of classes; pairs are ordered by the true class, then the predicted. */
  public static long pair(int truth, int predicted) {
    return (long) truth << Integer.SIZE | predicted;
  }

  /** The true class of a pair. */
  public static int truth(long pair) {
    return (int) (pair >> Integer.SIZE);
  }

  /** The predicted class of a pair. */
  public static int predicted(long pair) {
    return (int) pair;
  }

  public ClassTally plus(ClassTally right) {
    long[] all = new long[pairs.length + right.pairs.length];
    long[] sums = new long[all.length];
    int n = 0;
    int i = 0;
    int j = 0;
    while (i < pairs.length || j < right.pairs.length) {
      boolean left = j == right.pairs.length || i < pairs.length && pairs[i] <= right.pairs[j];
      boolean both = left && j < right.pairs.length && pairs[i] == right.pairs[j];
      all[n] = left ? pairs[i] : right.pairs[j];
      sums[n++] = (left ? counts[i++] : 0) + (both || !left ? right.counts[j++] : 0);
    }
    return new ClassTally(
        n == all.length ? all : Arrays.copyOf(all, n),
        n == all.length ? sums : Arrays.copyOf(sums, n),
        merged(positives, right.positives),
        merged(negatives, right.negatives));
  }

  private static float[] merged(float[] left, float[] right) {
    if (left.length == 0 || right.length == 0) {
      return left.length == 0 ? right : left;
    }
    float[] all = new float[left.length + right.length];
    int i = 0;
    int j = 0;
    for (int n = 0; n < all.length; n++) {
      boolean takeLeft =
          j == right.length || i < left.length && Float.compare(left[i], right[j]) <= 0;
      all[n] = takeLeft ? left[i++] : right[j++];
    }
    return all;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ClassTally tally
        && Arrays.equals(pairs, tally.pairs)
        && Arrays.equals(counts, tally.counts)
        && Arrays.equals(positives, tally.positives)
        && Arrays.equals(negatives, tally.negatives);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(
        new int[] {
          Arrays.hashCode(pairs),
          Arrays.hashCode(counts),
          Arrays.hashCode(positives),
          Arrays.hashCode(negatives)
        });
  }

  /** The same for the same numbers, and short for many. */
  @Override
  public String toString() {
    return "ClassTally[%d pairs, %08x]".formatted(pairs.length, hashCode());
  }
}
