package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yamabiko.data.Targets;
import dev.yamabiko.model.CanonicalJson;
import dev.yamabiko.model.Evaluation;
import dev.yamabiko.model.EvaluationJson;
import dev.yamabiko.step.ClassTally;
import dev.yamabiko.step.ErrorTally;
import dev.yamabiko.step.Measures;
import dev.yamabiko.step.Statistics;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SummarizedEvaluationTest {

  /** As this process has it, and as it comes from another one: both must read alike. */
  private static SummarizedEvaluation of(Targets targets, Measures measures) {
    Map<String, Object> json = EvaluationJson.ofResult(Evaluation.of(targets, measures));
    SummarizedEvaluation here = SummarizedEvaluation.of(json);
    assertEquals(here, SummarizedEvaluation.of(CanonicalJson.object(CanonicalJson.of(json))));
    return here;
  }

  /** Three of four examples of class k are taken for it, but for the first k: all of those. */
  private static Measures classes(int count, int allRight) {
    long[] pairs = new long[2 * count - allRight];
    long[] counts = new long[pairs.length];
    int n = 0;
    for (int k = 0; k < count; k++) {
      boolean right = k < allRight;
      if (!right) {
        pairs[n] = ClassTally.pair(k, 0);
        counts[n++] = 1;
      }
      pairs[n] = ClassTally.pair(k, k);
      counts[n++] = right ? 4 : 3;
    }
    ClassTally tally = new ClassTally(pairs, counts, new float[] {1, 3}, new float[] {0, 2});
    Statistics statistics = new Statistics(4L * count, 1, 3L * count + allRight, 0);
    return new Measures(statistics, Optional.of(tally), Optional.empty());
  }

  private static Measures values(int count) {
    double[] squared = new double[count];
    Arrays.setAll(squared, k -> k + 1);
    double[] ones = new double[count];
    Arrays.fill(ones, 1);
    double[] spread = new double[count];
    Arrays.fill(spread, 100);
    ErrorTally tally = new ErrorTally(4, ones, squared, new double[count], spread);
    double sum = Arrays.stream(squared).sum();
    return new Measures(new Statistics(4, 1, 0, sum), Optional.empty(), Optional.of(tally));
  }

  private static Targets.Values targets(int count) {
    return new Targets.Values(
        IntStream.range(0, count).mapToObj(k -> Targets.Value.plain("t" + k)).toList());
  }

  @Test
  void shouldShowTheTableAndTheAreaOfTwoClasses() {
    SummarizedEvaluation two = of(new Targets.Classes(List.of("no", "yes")), classes(2, 1));
    assertEquals("  roc-auc 0.7500", two.line());
    assertEquals(
        """
        class          precision  recall      f1  examples
        no                0.8000  1.0000  0.8889         4
        yes               1.0000  0.7500  0.8571         4
        macro average     0.9000  0.8750  0.8730         8
        """,
        two.table());
  }

  @Test
  void shouldShowNoAreaOfThreeClasses() {
    SummarizedEvaluation three = of(Targets.Classes.numbered(3), classes(3, 1));
    assertEquals("", three.line());
    assertEquals(5, three.table().lines().count());
  }

  @Test
  void shouldNameTheWorstOfManyClasses() {
    SummarizedEvaluation many = of(Targets.Classes.numbered(30), classes(30, 27));
    assertEquals("  macro-f1 0.9766", many.line());
    assertEquals("lowest f1: 0 0.7273, 27 0.8571, 28 0.8571, 29 0.8571, 1 1.0000", many.table());
  }

  @Test
  void shouldShowNothingOfEachOfVeryManyClasses() {
    SummarizedEvaluation many = of(Targets.Classes.numbered(1001), classes(1001, 1001));
    assertEquals("  macro-f1 1.0000", many.line());
    assertEquals("", many.table());
  }

  @Test
  void shouldSayAllOfOneValueInOneLine() {
    SummarizedEvaluation one = of(targets(1), values(1));
    assertEquals("  mae 0.2500  r2 0.9900", one.line());
    assertEquals("", one.table());
  }

  @Test
  void shouldShowTheTableOfSeveralValues() {
    SummarizedEvaluation two = of(targets(2), values(2));
    assertEquals("  mae 0.2500  r2 0.9850", two.line());
    assertEquals(
        """
        target     mae    rmse      r2
        t0      0.2500  0.5000  0.9900
        t1      0.2500  0.7071  0.9800
        all     0.2500  0.6124  0.9850
        """,
        two.table());
  }

  @Test
  void shouldNameTheWorstOfManyValues() {
    SummarizedEvaluation many = of(targets(21), values(21));
    assertEquals("  mae 0.2500  r2 0.8900", many.line());
    assertEquals(
        "lowest r2: t20 0.7900, t19 0.8000, t18 0.8100, t17 0.8200, t16 0.8300", many.table());
  }
}
