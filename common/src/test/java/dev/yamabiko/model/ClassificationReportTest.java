package dev.yamabiko.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.step.ClassTally;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ClassificationReportTest {

  private static ClassificationReport report(long[]... confusion) {
    List<String> names = List.of("a", "b", "c", "d").subList(0, confusion.length);
    List<Long> pairs = new ArrayList<>();
    List<Long> counts = new ArrayList<>();
    for (int t = 0; t < confusion.length; t++) {
      for (int p = 0; p < confusion.length; p++) {
        if (confusion[t][p] > 0) {
          pairs.add(ClassTally.pair(t, p));
          counts.add(confusion[t][p]);
        }
      }
    }
    ClassTally tally = new ClassTally(longs(pairs), longs(counts), new float[0], new float[0]);
    ClassificationReport report = new ClassificationReport(names, tally);
    for (int t = 0; t < confusion.length; t++) {
      assertArrayEquals(confusion[t], report.confusion(t));
    }
    return report;
  }

  private static long[] longs(List<Long> values) {
    return values.stream().mapToLong(Long::longValue).toArray();
  }

  private static ClassificationReport.Figures average(ClassificationReport report) {
    return ClassificationReport.macroAverage(report.figures());
  }

  /**
   * The example of scikit-learn's documentation of classification_report: truth 0 1 2 2 2, said 0 0
   * 2 2 1.
   */
  @Test
  void shouldGiveTheFiguresThatScikitLearnDocuments() {
    ClassificationReport report =
        report(new long[] {1, 0, 0}, new long[] {1, 0, 0}, new long[] {0, 1, 2});
    assertEquals(0.5, report.figures(0).precision());
    assertEquals(0, report.figures(1).precision());
    assertEquals(1, report.figures(2).precision());
    assertEquals(1, report.figures(0).recall());
    assertEquals(0, report.figures(1).recall());
    assertEquals(2.0 / 3, report.figures(2).recall());
    assertEquals(2.0 / 3, report.figures(0).f1());
    assertEquals(0, report.figures(1).f1());
    assertEquals(0.8, report.figures(2).f1());
    assertEquals(
        List.of(1L, 1L, 3L), List.of(report.support(0), report.support(1), report.support(2)));
    assertEquals(0.6, report.accuracy());
    assertEquals(0.5, average(report).precision());
    assertEquals(5.0 / 9, average(report).recall(), 1e-15);
    assertEquals((2.0 / 3 + 0.8) / 3, report.macroF1(), 1e-15);
  }

  @Test
  void shouldCountByHand() {
    // Rows are the truth: of 10 a, 7 are seen as a, 2 as b, 1 as c.
    ClassificationReport report =
        report(new long[] {7, 2, 1}, new long[] {3, 4, 0}, new long[] {0, 6, 9});
    assertEquals(10, report.support(0));
    assertEquals(7, report.support(1));
    assertEquals(15, report.support(2));
    assertEquals(10, report.predicted(0));
    assertEquals(12, report.predicted(1));
    assertEquals(10, report.predicted(2));
    assertEquals(32, report.examples());
    assertEquals(20, report.correct());
    assertEquals(20.0 / 32, report.accuracy());
    assertEquals(4.0 / 12, report.figures(1).precision());
    assertEquals(4.0 / 7, report.figures(1).recall());
    assertEquals(8.0 / 19, report.figures(1).f1());
    assertEquals((0.7 + 4.0 / 12 + 0.9) / 3, average(report).precision(), 1e-15);
    assertEquals((0.7 + 4.0 / 7 + 0.6) / 3, average(report).recall(), 1e-15);
  }

  /** In the means like scikit-learn's default, zero_division = 0 with a warning. */
  @Test
  void shouldCountInTheMeansAsZeroWhatDoesNotExistOfAClassThatOccursOrIsPredicted() {
    // c never occurs, b is never predicted, d neither.
    ClassificationReport report =
        report(
            new long[] {2, 0, 1, 0},
            new long[] {1, 0, 0, 0},
            new long[] {0, 0, 0, 0},
            new long[] {0, 0, 0, 0});
    assertEquals(Double.NaN, report.figures(1).precision());
    assertEquals(0, report.figures(1).recall());
    assertEquals(0, report.figures(1).f1());
    assertEquals(0, report.figures(2).precision());
    assertEquals(Double.NaN, report.figures(2).recall());
    assertEquals(0, report.figures(2).f1());
    assertEquals(Double.NaN, report.figures(3).precision());
    assertEquals(Double.NaN, report.figures(3).recall());
    assertEquals(Double.NaN, report.figures(3).f1());
    assertEquals((2.0 / 3 + 0 + 0) / 3, average(report).precision(), 1e-15);
    assertEquals((2.0 / 3 + 0 + 0) / 3, average(report).recall(), 1e-15);
    assertEquals((2.0 / 3 + 0 + 0) / 3, report.macroF1(), 1e-15);
  }

  @Test
  void shouldNameWhatWasConfusedMostFirst() {
    ClassificationReport report =
        report(new long[] {7, 2, 1}, new long[] {3, 4, 0}, new long[] {0, 6, 9});
    assertEquals(
        List.of(
            new ClassificationReport.Confused("c", "b", 6),
            new ClassificationReport.Confused("b", "a", 3),
            new ClassificationReport.Confused("a", "b", 2),
            new ClassificationReport.Confused("a", "c", 1)),
        report.confused());
  }

  @Test
  void shouldGiveNoFiguresOfNoExamples() {
    ClassificationReport report = report(new long[2], new long[2]);
    assertEquals(Double.NaN, report.accuracy());
    assertEquals(Double.NaN, average(report).precision());
    assertEquals(Double.NaN, average(report).recall());
    assertEquals(Double.NaN, report.macroF1());
  }

  @Property(tries = 200)
  void shouldBalancePrecisionAndRecall(
      @ForAll @IntRange(min = 2, max = 4) int k, @ForAll long seed) {
    Random random = new Random(seed);
    long[][] confusion = new long[k][k];
    for (long[] row : confusion) {
      for (int i = 0; i < k; i++) {
        row[i] = random.nextInt(4) * random.nextInt(50);
      }
    }
    ClassificationReport report = report(confusion);
    for (int i = 0; i < k; i++) {
      double p = report.figures(i).precision();
      double r = report.figures(i).recall();
      if (p + r > 0) {
        assertEquals(2 * p * r / (p + r), report.figures(i).f1(), 1e-12, "the harmonic mean");
      }
    }
    if (report.examples() > 0) {
      double weighted = 0;
      for (int i = 0; i < k; i++) {
        weighted += report.support(i) == 0 ? 0 : report.figures(i).recall() * report.support(i);
      }
      assertEquals(report.accuracy(), weighted / report.examples(), 1e-12);
      assertTrue(average(report).recall() >= 0 && average(report).recall() <= 1);
    }
  }
}
