package dev.yamabiko.model;

import dev.yamabiko.step.ClassTally;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * How well classes were told apart. A figure that does not exist, because nothing would be divided
 * by nothing, is NaN.
 */
public final class ClassificationReport {

  /**
   * The figures of one class.
   *
   * @param precision of the examples taken for this class, the part that is of it; NaN if there are
   *     none
   * @param recall of the examples of this class, the part that was taken for it; NaN if there are
   *     none
   * @param f1 2 TP / (2 TP + FP + FN), the harmonic mean of the two; NaN if the class neither
   *     occurs nor is predicted
   * @param support examples of this class
   */
  public record Figures(String name, double precision, double recall, double f1, long support) {}

  /** Examples of one class that were taken for another. */
  public record Confused(String truth, String predicted, long examples) {}

  private final List<String> names;
  private final ClassTally tally;
  private final long[] support;
  private final long[] predicted;
  private final long[] right;
  private final double rocAuc;

  /**
   * @param names of the classes
   * @param tally with scores where there are two
   */
  public ClassificationReport(List<String> names, ClassTally tally) {
    this.names = List.copyOf(names);
    this.tally = tally;
    support = new long[names.size()];
    predicted = new long[names.size()];
    right = new long[names.size()];
    for (int i = 0; i < tally.pairs().length; i++) {
      int truth = ClassTally.truth(tally.pairs()[i]);
      int said = ClassTally.predicted(tally.pairs()[i]);
      support[truth] += tally.counts()[i];
      predicted[said] += tally.counts()[i];
      right[truth] += truth == said ? tally.counts()[i] : 0;
    }
    rocAuc = names.size() == 2 ? RocCurve.area(tally.positives(), tally.negatives()) : Double.NaN;
  }

  public List<String> names() {
    return names;
  }

  public int classes() {
    return names.size();
  }

  /** Examples of this class. */
  public long support(int k) {
    return support[k];
  }

  /** Examples that were taken for this class. */
  public long predicted(int k) {
    return predicted[k];
  }

  /** Of one true class: examples by the class that they were taken for. */
  public long[] confusion(int truth) {
    long[] row = new long[classes()];
    int at = Arrays.binarySearch(tally.pairs(), ClassTally.pair(truth, 0));
    for (int i = at < 0 ? -at - 1 : at; i < tally.pairs().length; i++) {
      if (ClassTally.truth(tally.pairs()[i]) != truth) {
        break;
      }
      row[ClassTally.predicted(tally.pairs()[i])] = tally.counts()[i];
    }
    return row;
  }

  /** The pairs of classes that were confused, most examples first. */
  public List<Confused> confused() {
    return IntStream.range(0, tally.pairs().length)
        .filter(i -> ClassTally.truth(tally.pairs()[i]) != ClassTally.predicted(tally.pairs()[i]))
        .mapToObj(this::confusedPair)
        .sorted(Comparator.comparingLong(Confused::examples).reversed())
        .toList();
  }

  private Confused confusedPair(int i) {
    long pair = tally.pairs()[i];
    return new Confused(
        names.get(ClassTally.truth(pair)),
        names.get(ClassTally.predicted(pair)),
        tally.counts()[i]);
  }

  public long examples() {
    return Arrays.stream(support).sum();
  }

  public long correct() {
    return Arrays.stream(right).sum();
  }

  public double accuracy() {
    return ratio(correct(), examples());
  }

  /** Class by class. */
  public List<Figures> figures() {
    return IntStream.range(0, classes()).mapToObj(this::figures).toList();
  }

  /** Of one class. */
  public Figures figures(int k) {
    return new Figures(
        names.get(k),
        ratio(right[k], predicted[k]),
        ratio(right[k], support[k]),
        ratio(2 * right[k], support[k] + predicted[k]),
        support[k]);
  }

  /** The mean over the classes that occur or are predicted, each counting alike. */
  public double macroF1() {
    return macroAverage(figures()).f1();
  }

  /** For two classes, else NaN; see {@link RocCurve#area}. */
  public double rocAuc() {
    return rocAuc;
  }

  /**
   * The means over the classes that occur or are predicted, each counting alike, and the examples
   * of all. What does not exist of such a class counts as 0, as scikit-learn has it unless told
   * otherwise: a class that is never predicted must not better the mean of precisions.
   */
  public static Figures macroAverage(List<Figures> classes) {
    List<Figures> present = classes.stream().filter(c -> !Double.isNaN(c.f1())).toList();
    return new Figures(
        "macro average",
        mean(present, Figures::precision),
        mean(present, Figures::recall),
        mean(present, Figures::f1),
        classes.stream().mapToLong(Figures::support).sum());
  }

  private static double mean(List<Figures> classes, ToDoubleFunction<Figures> figure) {
    return classes.stream()
        .mapToDouble(figure)
        .map(v -> Double.isNaN(v) ? 0 : v)
        .average()
        .orElse(Double.NaN);
  }

  private static double ratio(long part, long whole) {
    return whole == 0 ? Double.NaN : (double) part / whole;
  }
}
