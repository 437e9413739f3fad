package dev.yamabiko.step;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yamabiko.data.Targets;
import dev.yamabiko.extension.MeanAndVariance;
import dev.yamabiko.nn.HalfSquaredError;
import dev.yamabiko.nn.Loss;
import dev.yamabiko.nn.SoftmaxCrossEntropy;
import dev.yamabiko.tensor.Kernels;
import dev.yamabiko.tensor.ScalarKernels;
import dev.yamabiko.tensor.TreeOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** What is gathered of examples, and its sums. */
class MeasuresTest {

  private static final Kernels KERNELS = new ScalarKernels();
  private static final Statistics NONE = new Statistics(1, 0, 0, 0);

  private static Measures classes(int count, float[] y, float... t) {
    PartTally tally =
        PartTally.of(new SoftmaxCrossEntropy(), count, Targets.Classes.numbered(count), t.length);
    tally.add(KERNELS, t.length, y, t);
    return tally.measures(NONE);
  }

  private static Measures values(Targets.Values values, int atOnce, float[] y, float[] t) {
    int width = values.width();
    int examples = t.length / width;
    PartTally tally = PartTally.of(new HalfSquaredError(), width, values, examples);
    for (int at = 0; at < examples; at += atOnce) {
      int to = Math.min(examples, at + atOnce);
      tally.add(
          KERNELS,
          to - at,
          Arrays.copyOfRange(y, at * width, to * width),
          Arrays.copyOfRange(t, at * width, to * width));
    }
    return tally.measures(NONE);
  }

  /** A mean and a variance for each value. */
  @Test
  void shouldReadValuesAtThePitchOfTheOutputs() {
    float[] y = {1, 2, 9, 9, /**/ 3, 5, 8, 8};
    float[] t = {0, 4, 2, 2};
    Targets.Values values =
        new Targets.Values(List.of(new Targets.Value("a", 0, 10), Targets.Value.plain("b")));
    Loss loss = new MeanAndVariance(true);
    PartTally tally = PartTally.of(loss, 4, values, 2);
    tally.add(KERNELS, 2, y, t);
    ErrorTally errors = tally.measures(NONE).errors().orElseThrow();
    assertArrayEquals(new double[] {20, 5}, errors.absolute());
    assertArrayEquals(new double[] {200, 13}, errors.squared());
    assertEquals(104, loss.squaredError(values, 0, 4, y, t));
    assertEquals(109, loss.squaredError(values, 1, 4, y, t));
  }

  @Test
  void shouldCountPairsOfClassesAndKeepNoScoresOfThree() {
    float[] y = {1, 0, 0, /**/ 0, 2, 1, /**/ 3, 0, 0, /**/ 0, 0, 1};
    ClassTally tally = classes(3, y, 0, 2, 0, 2).classes().orElseThrow();
    assertArrayEquals(
        new long[] {ClassTally.pair(0, 0), ClassTally.pair(2, 1), ClassTally.pair(2, 2)},
        tally.pairs());
    assertArrayEquals(new long[] {2, 1, 1}, tally.counts());
    assertEquals(0, tally.positives().length + tally.negatives().length);
  }

  @Test
  void shouldKeepTheScoresOfTwoClassesInOrder() {
    float[] y = {0, 3, /**/ 0, 1, /**/ 1, 0, /**/ 0, 0};
    ClassTally tally = classes(2, y, 1, 0, 0, 1).classes().orElseThrow();
    float[] p = new float[8];
    new SoftmaxCrossEntropy().predict(KERNELS, 4, 2, Targets.Classes.numbered(2), y, p);
    assertArrayEquals(new float[] {p[7], p[1]}, tally.positives());
    assertArrayEquals(new float[] {p[5], p[3]}, tally.negatives());
  }

  @Property(tries = 100)
  void shouldGatherClassesAlikeHoweverExamplesAreParted(
      @ForAll @IntRange(min = 2, max = 4) int count,
      @ForAll @IntRange(min = 2, max = 60) int examples,
      @ForAll long seed) {
    Random random = new Random(seed);
    float[] y = new float[examples * count];
    float[] t = new float[examples];
    for (int i = 0; i < y.length; i++) {
      y[i] = random.nextInt(5);
    }
    for (int n = 0; n < examples; n++) {
      t[n] = random.nextInt(count);
    }
    List<Measures> parts = new ArrayList<>();
    for (int at = 0; at < examples; ) {
      int to = Math.min(examples, at + 1 + random.nextInt(20));
      parts.add(
          classes(
              count, Arrays.copyOfRange(y, at * count, to * count), Arrays.copyOfRange(t, at, to)));
      at = to;
    }
    Measures sum = TreeOrder.sum(parts, Measures::plus);
    assertEquals(classes(count, y, t).classes(), sum.classes());
    assertEquals(Optional.empty(), sum.errors());
  }

  @Test
  void shouldMeasureErrorsInTheTargetsOwnUnits() {
    Targets.Values metres = new Targets.Values(List.of(new Targets.Value("m", 100, 10)));
    ErrorTally tally =
        values(metres, 3, new float[] {0, 1, 2}, new float[] {0.5f, 1, -1}).errors().orElseThrow();
    assertEquals(3, tally.examples());
    assertEquals(5 + 0 + 30, tally.absolute()[0]);
    assertEquals(25 + 0 + 900, tally.squared()[0]);
    assertEquals((105 + 110 + 90) / 3.0, tally.mean()[0], 1e-12);
    double mean = 305 / 3.0;
    double spread = Math.pow(105 - mean, 2) + Math.pow(110 - mean, 2) + Math.pow(90 - mean, 2);
    assertEquals(spread, tally.spread()[0], 1e-12 * spread);
  }

  @Property(tries = 50)
  void shouldNotShowHowManyExamplesComeAtOnce(
      @ForAll @IntRange(min = 1, max = 40) int examples,
      @ForAll @IntRange(min = 1, max = 40) int atOnce,
      @ForAll long seed) {
    Random random = new Random(seed);
    Targets.Values two =
        new Targets.Values(List.of(new Targets.Value("a", 5, 3), Targets.Value.plain("b")));
    float[] y = new float[2 * examples];
    float[] t = new float[2 * examples];
    for (int i = 0; i < y.length; i++) {
      y[i] = (float) random.nextGaussian();
      t[i] = (float) random.nextGaussian();
    }
    assertEquals(values(two, examples, y, t), values(two, atOnce, y, t));
  }

  @Test
  void shouldJoinRangesOfTargets() {
    double[] five = {1, 2, 3, 4, 5};
    ErrorTally whole = new ErrorTally(7, five, five.clone(), five.clone(), five.clone());
    assertEquals(whole, ErrorTally.joined(List.of(whole.of(0, 2), whole.of(2, 4), whole.of(4, 5))));
    assertEquals(5, whole.targets());
  }
}
