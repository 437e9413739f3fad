package dev.yamabiko.step;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.nn.Region;
import dev.yamabiko.optim.Sgd;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class SliceStepTest {

  private static final StepPlan PLAN = new StepPlan(7, 4, 2, 2);
  private static final Sgd SGD = new Sgd(1, 0, false, 0);

  private static final List<Region> TRAINED = List.of(new Region(0, 4, Region.Rule.TRAINED, 0));

  private static BlockSum.Part part(int from, int to, float... values) {
    return new BlockSum.Part(new Block(from, to), values, 0, new Statistics(2, 1, 0, 0));
  }

  private static SliceStep slice(OptionalDouble clipNorm) {
    SliceStep slice = new SliceStep(1, 3, PLAN, Trial.rule(SGD, clipNorm), TRAINED);
    slice.restore(0, new float[] {9, 10, 20, 9}, new float[0][]);
    return slice;
  }

  @Test
  void shouldTakeItsPartOfTheInitialWeights() {
    SliceStep slice = slice(OptionalDouble.empty());
    assertEquals(2, slice.length());
    assertArrayEquals(new float[] {10, 20}, slice.weights(0));
  }

  @Test
  void shouldDivideByTrueNumberOfExamples() {
    SliceStep slice = slice(OptionalDouble.empty());
    Statistics statistics = slice.aggregate(0, List.of(part(1, 2, 4, 8), part(0, 1, 4, 4)));
    assertEquals(4, statistics.examples());
    slice.update(0, Double.NaN);
    assertArrayEquals(new float[] {10 - 8f / 4, 20 - 12f / 4}, slice.weights(1));
    // The second batch has three examples only.
    slice.aggregate(1, List.of(part(0, 2, 3, 6)));
    slice.update(1, Double.NaN);
    assertArrayEquals(new float[] {8 - 1, 17 - 2}, slice.weights(2));
  }

  @Test
  void shouldKeepWeightsOfTheStepBefore() {
    SliceStep slice = slice(OptionalDouble.empty());
    slice.aggregate(0, List.of(part(0, 2, 4, 8)));
    assertArrayEquals(new float[] {10, 20}, slice.weights(0));
    slice.update(0, Double.NaN);
    assertArrayEquals(new float[] {10, 20}, slice.weights(0));
    assertArrayEquals(new float[] {9, 18}, slice.weights(1));
  }

  @Test
  void shouldNotWriteToParts() {
    SliceStep slice = slice(OptionalDouble.of(0.5));
    BlockSum.Part part = part(0, 2, 4, 8);
    slice.aggregate(0, List.of(part));
    slice.update(0, 5);
    assertArrayEquals(new float[] {4, 8}, part.values());
  }

  @Test
  void shouldScaleDownWhenNormIsLarger() {
    SliceStep slice = slice(OptionalDouble.of(2.5));
    assertTrue(slice.needsNorm());
    slice.aggregate(0, List.of(part(0, 2, 12, 16)));
    assertArrayEquals(new double[] {9 + 16}, slice.squares());
    slice.update(0, 5);
    assertArrayEquals(new float[] {10 - 1.5f, 20 - 2}, slice.weights(1));
  }

  @Test
  void shouldNotScaleUpWhenNormIsSmaller() {
    SliceStep slice = slice(OptionalDouble.of(50));
    slice.aggregate(0, List.of(part(0, 2, 12, 16)));
    slice.update(0, 5);
    assertArrayEquals(new float[] {10 - 3, 20 - 4}, slice.weights(1));
  }

  @Test
  void shouldIgnoreNormWhenNotClipping() {
    SliceStep slice = slice(OptionalDouble.empty());
    assertFalse(slice.needsNorm());
    slice.aggregate(0, List.of(part(0, 2, 12, 16)));
    slice.update(0, 1e30);
    assertArrayEquals(new float[] {10 - 3, 20 - 4}, slice.weights(1));
  }

  @Test
  void shouldDoNothingWhenEmpty() {
    SliceStep slice = new SliceStep(4, 4, PLAN, Trial.rule(SGD, OptionalDouble.of(1)), TRAINED);
    assertEquals(4, slice.aggregate(0, List.of(part(0, 1), part(1, 2))).examples());
    assertEquals(0, slice.squares().length);
    slice.update(0, 3);
    assertEquals(0, slice.weights(1).length);
  }
}
