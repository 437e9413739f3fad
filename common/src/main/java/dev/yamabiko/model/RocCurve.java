package dev.yamabiko.model;

/** Scores of two classes, and how well they separate them. */
final class RocCurve {

  private RocCurve() {}

  /**
   * The area under the curve: the probability that a positive example scores higher than a negative
   * one, ties counted half, which is U / (P N) of Mann and Whitney (1947). U is counted exactly, in
   * halves. NaN if one class is absent or a score is NaN.
   *
   * @param p scores of the positive examples, ascending, NaN last
   * @param n scores of the negative examples, likewise
   */
  static double area(float[] p, float[] n) {
    if (p.length == 0
        || n.length == 0
        || Float.isNaN(p[p.length - 1])
        || Float.isNaN(n[n.length - 1])) {
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
      halves += (long) below + notAbove;
    }
    return (double) halves / (2.0 * p.length * n.length);
  }
}
