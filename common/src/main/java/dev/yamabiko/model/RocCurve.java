package dev.yamabiko.model;

import java.util.Arrays;

/** Scores of two classes, and how well they separate them. */
final class RocCurve {

  private float[] positives = new float[64];
  private float[] negatives = new float[64];
  private int positiveCount;
  private int negativeCount;

  /**
   * @param score larger for examples that look more like the positive class
   */
  void add(boolean positive, float score) {
    if (positive) {
      positives = roomFor(positives, positiveCount);
      positives[positiveCount++] = score;
    } else {
      negatives = roomFor(negatives, negativeCount);
      negatives[negativeCount++] = score;
    }
  }

  private static float[] roomFor(float[] scores, int count) {
    return count < scores.length ? scores : Arrays.copyOf(scores, 2 * count);
  }

  /**
   * The area under the curve: the probability that a positive example scores higher than a negative
   * one, ties counted half, which is U / (P N) of Mann and Whitney (1947). U is counted exactly, in
   * halves. NaN if one class is absent or a score is NaN.
   */
  double area() {
    if (positiveCount == 0 || negativeCount == 0) {
      return Double.NaN;
    }
    float[] p = Arrays.copyOf(positives, positiveCount);
    float[] n = Arrays.copyOf(negatives, negativeCount);
    Arrays.sort(p);
    Arrays.sort(n);
    if (Float.isNaN(p[p.length - 1]) || Float.isNaN(n[n.length - 1])) {
      return Double.NaN;
    }
    long halves = 0;
    int below = 0;
    int notAbove = 0;
    for (float score : p) {
      while (below < n.length && n[below] < score) {
        below++;
      }
      while (notAbove < n.length && n[notAbove] <= score) {
        notAbove++;
      }
      halves += below + notAbove;
    }
    return (double) halves / (2.0 * p.length * n.length);
  }
}
