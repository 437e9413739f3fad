package dev.yamabiko.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class RocCurveTest {

  private static double area(float[] positives, float[] negatives) {
    float[] p = positives.clone();
    float[] n = negatives.clone();
    Arrays.sort(p);
    Arrays.sort(n);
    return RocCurve.area(p, n);
  }

  private static double area(List<Float> positives, List<Float> negatives) {
    return area(array(positives), array(negatives));
  }

  private static float[] array(List<Float> scores) {
    float[] array = new float[scores.size()];
    for (int i = 0; i < array.length; i++) {
      array[i] = scores.get(i);
    }
    return array;
  }

  private static float[] scores(float... scores) {
    return scores;
  }

  @Test
  void shouldBeWhatScikitLearnDocuments() {
    // roc_auc_score([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    assertEquals(0.75, area(scores(0.35f, 0.8f), scores(0.1f, 0.4f)));
  }

  @Test
  void shouldCountTiesHalf() {
    assertEquals(0.5, area(scores(1), scores(1)));
    assertEquals(0.5, area(scores(3, 3, 3), scores(3, 3)));
    assertEquals((1 + 0.5 + 0.5 + 0) / 4, area(scores(2, 1), scores(1, 2)));
    assertEquals(0.5, area(scores(0f), scores(-0f)), "minus zero is zero");
    assertEquals(0.5, area(scores(-0f), scores(0f)), "minus zero is zero");
  }

  @Test
  void shouldBeOneOrNothingWhereTheClassesAreApart() {
    assertEquals(1, area(scores(5, 6), scores(1, 2, 3)));
    assertEquals(0, area(scores(1, 2), scores(3)));
    assertEquals(1, area(scores(Float.POSITIVE_INFINITY), scores(Float.NEGATIVE_INFINITY)));
  }

  @Test
  void shouldNotExistWithoutBothClassesOrWithScoresThatAreNoNumbers() {
    assertEquals(Double.NaN, area(scores(), scores()));
    assertEquals(Double.NaN, area(scores(1), scores()));
    assertEquals(Double.NaN, area(scores(), scores(1)));
    assertEquals(Double.NaN, area(scores(1, Float.NaN), scores(1)));
    assertEquals(Double.NaN, area(scores(1), scores(Float.NaN, 1)));
  }

  @Property(tries = 300)
  void shouldBeTheShareOfPairsInTheRightOrder(
      @ForAll @IntRange(min = 1, max = 200) int n,
      @ForAll @IntRange(min = 1, max = 30) int levels,
      @ForAll long seed) {
    Random random = new Random(seed);
    List<Float> positives = new ArrayList<>();
    List<Float> negatives = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      // Few levels, hence many ties; both signs of zero among them.
      float score = (random.nextInt(levels) - levels / 2) * (random.nextBoolean() ? 0.1f : -0.1f);
      boolean positive = random.nextInt(3) == 0;
      (positive ? positives : negatives).add(score);
    }
    long halves = 0;
    for (float p : positives) {
      for (float q : negatives) {
        halves += p > q ? 2 : p == q ? 1 : 0;
      }
    }
    double expected = halves / (2.0 * positives.size() * negatives.size());
    assertEquals(
        positives.isEmpty() || negatives.isEmpty() ? Double.NaN : expected,
        area(positives, negatives));
  }

  @Test
  void shouldCountMorePairsThanAnIntHolds() {
    int n = 60_000;
    float[] positives = new float[n];
    float[] negatives = new float[n];
    for (int i = 0; i < n; i++) {
      positives[i] = 2 * i + 1;
      negatives[i] = 2 * i;
    }
    // Positive i is above the negatives 0..i.
    assertEquals((n + 1.0) / (2.0 * n), area(positives, negatives), 1e-15);
  }
}
