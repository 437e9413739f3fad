package dev.yamabiko.model;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How well classes were told apart. A figure that does not exist, because nothing would be divided
 * by nothing, is NaN.
 *
 * @param names of the classes
 * @param confusion [true class][predicted class], in examples; owned by this record; classes
 *     without examples may share a row
 * @param rocAuc for two classes, else NaN; see {@link RocCurve}
 */
public record ClassificationReport(List<String> names, long[][] confusion, double rocAuc) {

  public ClassificationReport {
    names = List.copyOf(names);
  }

  public int classes() {
    return names.size();
  }

  /** Examples of this class. */
  public long support(int k) {
    return Arrays.stream(confusion[k]).sum();
  }

  /** Examples that were taken for this class. */
  public long predicted(int k) {
    return IntStream.range(0, classes()).mapToLong(i -> confusion[i][k]).sum();
  }

  public long examples() {
    return IntStream.range(0, classes()).mapToLong(this::support).sum();
  }

  public long correct() {
    return IntStream.range(0, classes()).mapToLong(k -> confusion[k][k]).sum();
  }

  public double accuracy() {
    return ratio(correct(), examples());
  }

  /** Of the examples taken for this class, the part that is of it; NaN if there are none. */
  public double precision(int k) {
    return ratio(confusion[k][k], predicted(k));
  }

  /** Of the examples of this class, the part that was taken for it; NaN if there are none. */
  public double recall(int k) {
    return ratio(confusion[k][k], support(k));
  }

  /**
   * 2 TP / (2 TP + FP + FN), the harmonic mean of precision and recall; NaN if the class neither
   * occurs nor is predicted.
   */
  public double f1(int k) {
    return ratio(2 * confusion[k][k], support(k) + predicted(k));
  }

  /** The mean over the classes whose precision exists. */
  public double macroPrecision() {
    return mean(IntStream.range(0, classes()).mapToDouble(this::precision).toArray());
  }

  /** The mean over the classes that occur. */
  public double macroRecall() {
    return mean(IntStream.range(0, classes()).mapToDouble(this::recall).toArray());
  }

  /** The mean over the classes that occur or are predicted, each counting alike. */
  public double macroF1() {
    return mean(IntStream.range(0, classes()).mapToDouble(this::f1).toArray());
  }

  private static double mean(double[] values) {
    return Arrays.stream(values).filter(v -> !Double.isNaN(v)).average().orElse(Double.NaN);
  }

  private static double ratio(long part, long whole) {
    return whole == 0 ? Double.NaN : (double) part / whole;
  }
}
