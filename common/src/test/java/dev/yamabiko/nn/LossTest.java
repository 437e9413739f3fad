package dev.yamabiko.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.data.Targets;
import dev.yamabiko.tensor.Philox;
import dev.yamabiko.tensor.ScalarKernels;
import dev.yamabiko.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class LossTest {

  private static final int ROWS = 5;
  private static final int FEATURES = 6;
  private static final double STEP = 1e-5;
  private static final Targets CLASSES = Targets.Classes.numbered(FEATURES);
  private static final List<Targets.Value> TWO =
      List.of(Targets.Value.plain("Temp"), Targets.Value.plain("Rain"));
  private static final Targets TWO_VALUES = new Targets.Values(TWO);

  private static float[] random(int n, int sample) {
    Philox random = Philox.stream(3, Philox.Purpose.GENERATE, 0, 0, sample);
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) (2 * random.nextGaussian());
    }
    return values;
  }

  private static double[] widen(float[] values) {
    double[] wide = new double[values.length];
    Arrays.setAll(wide, i -> values[i]);
    return wide;
  }

  private static void assertGradient(Loss loss, float[] t) {
    float[] y = random(ROWS * FEATURES, 1);
    float[] g = new float[y.length];
    double[] e = new double[ROWS];
    loss.evaluate(new ScalarKernels(), ROWS, FEATURES, y, t, e, g);
    double[] wideY = widen(y);
    double[] wideT = widen(t);
    double mean = loss.reference(ROWS, FEATURES, wideY, wideT);
    assertEquals(mean, Arrays.stream(e).sum() / ROWS, 1e-6 * mean);
    for (int i = 0; i < y.length; i++) {
      double at = wideY[i];
      wideY[i] = at + STEP;
      double above = loss.reference(ROWS, FEATURES, wideY, wideT);
      wideY[i] = at - STEP;
      double below = loss.reference(ROWS, FEATURES, wideY, wideT);
      wideY[i] = at;
      // G is of the sum over examples, the reference is their mean.
      assertEquals(ROWS * (above - below) / (2 * STEP), g[i], 2e-6, "output " + i);
    }
    double[] again = new double[ROWS];
    loss.evaluate(new ScalarKernels(), ROWS, FEATURES, y, t, again, null);
    assertArrayEquals(e, again, "without gradient");
  }

  @Test
  void shouldMatchCentralDifferenceWhenCrossEntropy() {
    assertGradient(new SoftmaxCrossEntropy(), new float[] {0, 5, 2, 2, 3});
  }

  @Test
  void shouldMatchCentralDifferenceWhenHalfSquaredError() {
    assertGradient(new HalfSquaredError(), random(ROWS * FEATURES, 2));
  }

  @Test
  void shouldMatchCentralDifferenceWhenWeightedAndSmoothed() {
    List<Float> weights = List.of(1f, 2f, 0.5f, 3f, 1f, 0.25f);
    float[] classes = {0, 5, 2, 2, 3};
    assertGradient(new SoftmaxCrossEntropy(weights, 0), classes);
    assertGradient(new SoftmaxCrossEntropy(List.of(), 0.1f), classes);
    assertGradient(new SoftmaxCrossEntropy(weights, 0.3f), classes);
  }

  @Test
  void shouldMatchCentralDifferenceWhenBinary() {
    float[] t = new float[ROWS * FEATURES];
    for (int i = 0; i < t.length; i++) {
      t[i] = i % 5 / 4f;
    }
    assertGradient(new BinaryCrossEntropy(), t);
    assertGradient(new BinaryCrossEntropy(List.of(), 0.2f), t);
  }

  @Test
  void shouldMatchCentralDifferenceWhenHuber() {
    assertGradient(new Huber(1), random(ROWS * FEATURES, 2));
    assertGradient(new Huber(0.3f), random(ROWS * FEATURES, 2));
  }

  private static double[] errors(Loss loss, int rows, float[] y, float[] t, float[] g) {
    double[] e = new double[rows];
    loss.evaluate(new ScalarKernels(), rows, y.length / rows, y, t, e, g);
    return e;
  }

  @Test
  void shouldFollowDefinitionWhenBinary() {
    float[] g = new float[2];
    // p = 1/2 and p = 3/4.
    float[] y = {0, (float) Math.log(3)};
    double[] e = errors(new BinaryCrossEntropy(), 2, y, new float[] {1, 0}, g);
    assertEquals(Math.log(2), e[0], 1e-7);
    assertEquals(Math.log(4), e[1], 1e-7);
    assertArrayEquals(new float[] {-0.5f, 0.75f}, g, 1e-7f);
    e = errors(new BinaryCrossEntropy(List.of(2f, 10f), 0), 2, y, new float[] {1, 0}, g);
    assertEquals(10 * Math.log(2), e[0], 1e-6);
    assertEquals(2 * Math.log(4), e[1], 1e-6);
  }

  @Test
  void shouldStayFiniteWhenBinaryOutputsAreHuge() {
    double[] e =
        errors(new BinaryCrossEntropy(), 2, new float[] {1e30f, -1e30f}, new float[] {1, 1}, null);
    assertEquals(0, e[0]);
    assertEquals(1e30, e[1], 1e24);
  }

  /** e^800 is no double; gradcheck takes the reference's central difference there too. */
  @Test
  void shouldHaveAReferenceOfHugeOutputsWhenBinary() {
    Loss loss = new BinaryCrossEntropy();
    assertEquals(400, loss.reference(2, 1, new double[] {-800, 800}, new double[] {1, 1}));
    assertEquals(400, loss.reference(2, 1, new double[] {-800, 800}, new double[] {0, 0}));
    double[] t = {0.25};
    assertEquals(600, loss.reference(1, 1, new double[] {800}, t));
    double above = loss.reference(1, 1, new double[] {800 + 1e-3}, t);
    double below = loss.reference(1, 1, new double[] {800 - 1e-3}, t);
    assertEquals(0.75, (above - below) / 2e-3, 1e-6);
  }

  @Test
  void shouldGiveProbabilitiesOfBothClassesWhenBinary() {
    Loss loss = new BinaryCrossEntropy();
    Targets two = Targets.Classes.numbered(2);
    float[] y = {0, (float) Math.log(3), -1};
    float[] p = new float[3 * loss.predictedWidth(1, two)];
    loss.predict(new ScalarKernels(), 3, 1, two, y, p);
    float third = (float) (1 / (1 + Math.E));
    assertArrayEquals(new float[] {0.5f, 0.5f, 0.25f, 0.75f, 1 - third, third}, p, 1e-6f);
    assertEquals(0, loss.predictedClass(1, y, 0));
    assertEquals(1, loss.predictedClass(1, y, 1));
    assertEquals(0, loss.predictedClass(1, y, 2));
    assertEquals(1, loss.predictedWidth(1, new Targets.Values(TWO)));
    assertEquals(0.75, loss.predictedValue(Math.log(3)), 1e-12);
  }

  @Test
  void shouldBeSquareInsideAndLineOutsideWhenHuber() {
    float[] g = new float[3];
    double[] e = errors(new Huber(2), 3, new float[] {1, 5, -7}, new float[3], g);
    assertArrayEquals(new double[] {0.5, 2 * (5 - 1), 2 * (7 - 1)}, e);
    assertArrayEquals(new float[] {1, 2, -2}, g);
  }

  @Test
  void shouldRefuseTargetsOutsideZeroToOneWhenBinary() {
    Loss loss = new BinaryCrossEntropy();
    assertTrue(loss.refusesTarget(0).isEmpty() && loss.refusesTarget(1).isEmpty());
    assertTrue(loss.refusesTarget(-0.1f).isPresent() && loss.refusesTarget(Float.NaN).isPresent());
    assertTrue(new HalfSquaredError().refusesTarget(7).isEmpty());
  }

  @Test
  void shouldRefuseWhatDoesNotFitWhenBinaryOrWeighted() {
    assertRefused(
        "binary-cross-entropy expects two classes or numbers from 0 to 1 but the data has 6 classes; use softmax-cross-entropy",
        new BinaryCrossEntropy(),
        Shape.of(1),
        CLASSES);
    assertRefused(
        "binary-cross-entropy expects the model to end in [1], the positive class being \"1\", but it ends in [2]",
        new BinaryCrossEntropy(),
        Shape.of(2),
        Targets.Classes.numbered(2));
    assertRefused(
        "class-weights expects class labels but the data has numeric targets (2 values: Temp, Rain)",
        new BinaryCrossEntropy(List.of(1f, 2f), 0),
        Shape.of(2),
        TWO_VALUES);
    assertRefused(
        "class-weights expects 6 numbers, one for each class, but has 2",
        new SoftmaxCrossEntropy(List.of(1f, 2f), 0),
        Shape.of(FEATURES),
        CLASSES);
    assertRefused(
        "huber expects the model to end in [2], one output for each target value (2 values: Temp, Rain), but it ends in [3]",
        new Huber(1),
        Shape.of(3),
        TWO_VALUES);
  }

  private static double crossEntropy(int target, float... y) {
    double[] e = new double[1];
    float[] g = new float[y.length];
    new SoftmaxCrossEntropy()
        .evaluate(new ScalarKernels(), 1, y.length, y, new float[] {target}, e, g);
    return e[0];
  }

  @Test
  void shouldBeLogOfClassesWhenAllOutputsAreEqual() {
    assertEquals(Math.log(4), crossEntropy(2, 7, 7, 7, 7), 1e-7);
    assertEquals(0, crossEntropy(0, 3));
  }

  @Test
  void shouldStayFiniteWhenOutputsAreHuge() {
    assertEquals(0, crossEntropy(0, 1e30f, 0));
    assertEquals(1e30, crossEntropy(1, 1e30f, 0), 1e24);
    assertEquals(2000, crossEntropy(1, 1000, -1000), 1e-9);
  }

  @Test
  void shouldNotBeFiniteWhenAnOutputIsNaNOrInfinite() {
    assertTrue(Double.isNaN(crossEntropy(0, 1, Float.NaN)));
    assertTrue(Double.isNaN(crossEntropy(0, 1, Float.POSITIVE_INFINITY)));
    assertEquals(Double.POSITIVE_INFINITY, crossEntropy(0, Float.NEGATIVE_INFINITY, 1));
  }

  @Test
  void shouldBeHalfOfSquares() {
    double[] e = new double[2];
    float[] g = new float[4];
    new HalfSquaredError()
        .evaluate(
            new ScalarKernels(), 2, 2, new float[] {1, 2, 3, 4}, new float[] {0, 0, 3, 6}, e, g);
    assertArrayEquals(new double[] {2.5, 2}, e);
    assertArrayEquals(new float[] {1, 2, 0, -2}, g);
  }

  private static void assertRefused(String message, Loss loss, Shape output, Targets targets) {
    assertEquals(
        message,
        assertThrows(ShapeMismatchException.class, () -> loss.check(output, targets)).getMessage());
  }

  @Test
  void shouldAcceptWhatFits() {
    new SoftmaxCrossEntropy().check(Shape.of(FEATURES), CLASSES);
    new HalfSquaredError().check(Shape.of(2), TWO_VALUES);
  }

  @Test
  void shouldNameTheOtherLossWhenTargetsAreOfTheOtherKind() {
    assertRefused(
        "softmax-cross-entropy expects class labels but the data has numeric targets (2 values: Temp, Rain); use half-squared-error",
        new SoftmaxCrossEntropy(),
        Shape.of(2),
        TWO_VALUES);
    assertRefused(
        "half-squared-error expects numeric targets but the data has class labels (6 classes); use softmax-cross-entropy",
        new HalfSquaredError(),
        Shape.of(FEATURES),
        CLASSES);
  }

  @Test
  void shouldSayHowManyOutputsTheDataAsksFor() {
    assertRefused(
        "softmax-cross-entropy expects the model to end in [6], one output for each class, but it ends in [5]",
        new SoftmaxCrossEntropy(),
        Shape.of(5),
        CLASSES);
    assertRefused(
        "softmax-cross-entropy expects the model to end in [6], one output for each class, but it ends in [6, 1, 1]",
        new SoftmaxCrossEntropy(),
        Shape.of(6, 1, 1),
        CLASSES);
    assertRefused(
        "half-squared-error expects the model to end in [2], one output for each target value (2 values: Temp, Rain), but it ends in [3]",
        new HalfSquaredError(),
        Shape.of(3),
        TWO_VALUES);
  }
}
