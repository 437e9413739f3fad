package dev.yamabiko.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.step.ErrorTally;
import dev.yamabiko.tensor.TreeOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class RegressionReportTest {

  /** Of examples that are parts of their own, added along the tree. */
  private static RegressionReport report(double[][] y, double[][] t, String... names) {
    List<ErrorTally> parts = new ArrayList<>();
    double squared = 0;
    for (int n = 0; n < y.length; n++) {
      double[] absolute = new double[names.length];
      double[] squares = new double[names.length];
      for (int k = 0; k < names.length; k++) {
        absolute[k] = Math.abs(y[n][k] - t[n][k]);
        squares[k] = absolute[k] * absolute[k];
        squared += squares[k];
      }
      parts.add(new ErrorTally(1, absolute, squares, t[n], new double[names.length]));
    }
    double rmse = Math.sqrt(squared / (y.length * names.length));
    return RegressionReport.of(List.of(names), TreeOrder.sum(parts, ErrorTally::plus), rmse);
  }

  /**
   * scikit-learn documents for these, with multioutput = raw_values: mean_absolute_error [0.5, 1],
   * r2_score [0.9655, 0.9082], and their plain means.
   */
  @Test
  void shouldGiveTheFiguresThatScikitLearnDocuments() {
    double[][] t = {{0.5, 1}, {-1, 1}, {7, -6}};
    double[][] y = {{0, 2}, {-1, 2}, {8, -5}};
    RegressionReport report = report(y, t, "a", "b");
    assertEquals("a", report.targets().get(0).name());
    assertEquals(0.5, report.targets().get(0).mae());
    assertEquals(1, report.targets().get(1).mae());
    assertEquals(0.75, report.total().mae());
    assertEquals(0.9654377880184332, report.targets().get(0).r2(), 1e-15);
    assertEquals(0.9081632653061225, report.targets().get(1).r2(), 1e-15);
    assertEquals((0.9654377880184332 + 0.9081632653061225) / 2, report.total().r2(), 1e-15);
    assertEquals(Math.sqrt(1.25 / 3), report.targets().get(0).rmse());
    assertEquals(1, report.targets().get(1).rmse());
  }

  @Test
  void shouldGiveNoR2WhereAllTargetsAreAlike() {
    double[][] y = {{1, 1}, {2, 3}, {3, 4}};
    double[][] t = {{2, 1}, {2, 2}, {2, 4}};
    RegressionReport report = report(y, t, "flat", "b");
    assertEquals(Double.NaN, report.targets().get(0).r2());
    assertEquals(report.targets().get(1).r2(), report.total().r2(), "the only one there is");
    double[][] one = {{1}};
    assertEquals(Double.NaN, report(one, new double[][] {{3}}, "a").total().r2());
  }

  @Test
  void shouldBeWorseThanTheMeanWhereR2IsNegative() {
    double[][] t = {{1}, {2}, {3}};
    assertEquals(0, report(new double[][] {{2}, {2}, {2}}, t, "a").total().r2());
    assertEquals(1, report(t, t, "a").total().r2());
    assertEquals(0, report(t, t, "a").total().mae());
    assertEquals(-3, report(new double[][] {{3}, {2}, {1}}, t, "a").total().r2());
  }

  /** Against sums in two passes, also where the targets lie far from 0 and near each other. */
  @Property(tries = 200)
  void shouldAgreeWithTwoPasses(
      @ForAll @IntRange(min = 2, max = 300) int n,
      @ForAll @IntRange(min = 0, max = 9) int exponent,
      @ForAll long seed) {
    Random random = new Random(seed);
    double far = Math.pow(10, exponent);
    double[][] y = new double[n][1];
    double[][] t = new double[n][1];
    for (int i = 0; i < n; i++) {
      t[i][0] = far + random.nextGaussian();
      y[i][0] = t[i][0] + random.nextGaussian() / 4;
    }
    double mean = 0;
    for (double[] target : t) {
      mean += (target[0] - far) / n;
    }
    double spread = 0;
    double absolute = 0;
    double squared = 0;
    for (int i = 0; i < n; i++) {
      spread += Math.pow(t[i][0] - far - mean, 2);
      absolute += Math.abs(y[i][0] - t[i][0]);
      squared += Math.pow(y[i][0] - t[i][0], 2);
    }
    RegressionReport.Target total = report(y, t, "a").total();
    assertEquals(absolute / n, total.mae(), 1e-12 * absolute);
    assertEquals(Math.sqrt(squared / n), total.rmse(), 1e-12 * Math.sqrt(squared));
    double r2 = 1 - squared / spread;
    // The mean is rounded to the targets' own precision, n times.
    double rounding = n * Math.ulp(far) / Math.sqrt(spread);
    double tolerance = 8 * rounding * squared / spread + 1e-12;
    assertEquals(r2, total.r2(), tolerance);
    assertTrue(total.mae() <= total.rmse() * (1 + 1e-12));
  }
}
