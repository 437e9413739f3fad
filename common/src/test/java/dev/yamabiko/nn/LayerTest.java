package dev.yamabiko.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.tensor.ScalarKernels;
import dev.yamabiko.tensor.Shape;
import dev.yamabiko.tensor.ShardRows;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Every layer against its reference and its central differences, inputs and parameters. */
class LayerTest {

  private static void check(LayerSpec spec, int... input) {
    new LayerProbe(spec, Shape.of(input), false).check();
    new LayerProbe(spec, Shape.of(input), true).check();
  }

  private static LayerSpec conv(int filters, int height, int width, int stride, int ph, int pw) {
    return new Conv2d.Spec(filters, height, width, stride, ph, pw, Initializer.HE);
  }

  @Test
  void shouldMatchCentralDifferenceWhenDense() {
    check(new Dense.Spec(7, Initializer.HE), 5);
    check(new Dense.Spec(1, Initializer.HE), 1);
    check(new Dense.Spec(33, Initializer.HE), 19);
  }

  @Test
  void shouldMatchCentralDifferenceWhenConvolving() {
    check(conv(4, 3, 3, 1, 0, 0), 2, 6, 7);
  }

  @Test
  void shouldMatchCentralDifferenceWhenPadded() {
    check(conv(3, 3, 3, 1, 1, 1), 2, 5, 6);
    check(conv(2, 5, 5, 1, 2, 2), 1, 7, 6);
    check(conv(2, 3, 3, 1, 2, 2), 1, 4, 5);
  }

  @Test
  void shouldMatchCentralDifferenceWhenStrided() {
    check(conv(3, 3, 3, 2, 0, 0), 2, 7, 9);
    check(conv(3, 2, 2, 3, 0, 0), 1, 8, 8);
  }

  @Test
  void shouldMatchCentralDifferenceWhenStrideLeavesRowsOver() {
    check(conv(3, 3, 3, 2, 0, 0), 2, 8, 6);
    check(conv(2, 2, 2, 3, 0, 0), 1, 7, 9);
  }

  @Test
  void shouldMatchCentralDifferenceWhenStridedAndPadded() {
    check(conv(3, 3, 3, 2, 1, 1), 2, 7, 8);
    check(conv(2, 5, 3, 3, 4, 1), 2, 6, 7);
  }

  @Test
  void shouldMatchCentralDifferenceWhenKernelIsRectangular() {
    check(conv(3, 1, 4, 1, 0, 0), 2, 5, 6);
    check(conv(3, 5, 2, 1, 2, 1), 2, 6, 5);
    check(conv(2, 2, 5, 2, 1, 0), 1, 5, 9);
  }

  @Test
  void shouldMatchCentralDifferenceWhenKernelIsOneByOneOrTheWholeImage() {
    check(conv(5, 1, 1, 1, 0, 0), 3, 4, 4);
    check(conv(5, 1, 1, 2, 0, 0), 3, 5, 4);
    check(conv(5, 4, 6, 1, 0, 0), 2, 4, 6);
  }

  @Test
  void shouldMatchCentralDifferenceWhenPooling() {
    check(new MaxPool.Spec(2, 2), 3, 6, 4);
  }

  @Test
  void shouldMatchCentralDifferenceWhenPoolingWindowsOverlap() {
    check(new MaxPool.Spec(3, 2), 2, 7, 9);
    check(new MaxPool.Spec(3, 1), 2, 5, 6);
  }

  @Test
  void shouldMatchCentralDifferenceWhenPoolingLeavesRowsOver() {
    check(new MaxPool.Spec(2, 2), 2, 5, 7);
    check(new MaxPool.Spec(3, 3), 1, 8, 7);
    check(new MaxPool.Spec(2, 3), 1, 7, 9);
  }

  @Test
  void shouldMatchCentralDifferenceWhenAveraging() {
    check(new AveragePool.Spec(2, 2), 3, 6, 4);
    check(new AveragePool.Spec(3, 2), 2, 7, 9);
    check(new AveragePool.Spec(3, 1), 2, 5, 6);
    check(new AveragePool.Spec(2, 3), 1, 7, 9);
    check(new GlobalAveragePool.Spec(), 3, 4, 5);
    check(new GlobalAveragePool.Spec(), 3, 1, 1);
  }

  @Test
  void shouldMatchCentralDifferenceWhenLeakyRelu() {
    check(new LeakyRelu.Spec(0.01f), 2, 5, 4);
    check(new LeakyRelu.Spec(0), 30);
  }

  @Test
  void shouldMatchCentralDifferenceWhenGelu() {
    check(new Gelu.Spec(), 41);
  }

  @Test
  void shouldMatchCentralDifferenceWhenDroppingOut() {
    check(new Dropout.Spec(0.5f), 41);
    check(new Dropout.Spec(0.1f), 2, 5, 4);
    check(new Dropout.Spec(0), 7);
  }

  @Test
  void shouldMatchCentralDifferenceWhenNormalizingExamples() {
    check(new LayerNorm.Spec(1e-5f), 19);
    check(new LayerNorm.Spec(0.1f), 2, 3, 4);
  }

  @Test
  void shouldMatchCentralDifferenceWhenNormalizingShards() {
    check(new BatchNorm.Spec(0.1f, 1e-5f), 3, 4, 5);
    check(new BatchNorm.Spec(0.1f, 0.1f), 19);
  }

  @Test
  void shouldMatchCentralDifferenceWhenFlattening() {
    check(new Flatten.Spec(), 2, 3, 4);
    check(new Flatten.Spec(), 5);
  }

  @Test
  void shouldMatchCentralDifferenceWhenRelu() {
    check(new Activation.Spec(Activation.Kind.RELU), 2, 5, 4);
  }

  @Test
  void shouldMatchCentralDifferenceWhenSigmoid() {
    check(new Activation.Spec(Activation.Kind.SIGMOID), 41);
  }

  @Test
  void shouldMatchCentralDifferenceWhenTanh() {
    check(new Activation.Spec(Activation.Kind.TANH), 41);
  }

  @Test
  void shouldMatchCentralDifferenceWhenSoftmax() {
    check(new Softmax.Spec(), 9);
    check(new Softmax.Spec(), 1);
  }

  private static float[] forward(LayerSpec spec, Shape input, float... x) {
    Layer layer = spec.build(input);
    float[] y = new float[layer.outputShape().size()];
    LayerCall call =
        new LayerCall(new ScalarKernels(), ShardRows.single(1), new float[0], 0, 0, 0, null);
    layer.forward(call, x, y, new float[layer.savedSize()]);
    return y;
  }

  @Test
  void shouldKeepNaNWhenRelu() {
    LayerSpec relu = new Activation.Spec(Activation.Kind.RELU);
    float[] y = forward(relu, Shape.of(4), Float.NaN, -1, -0f, 2);
    assertTrue(Float.isNaN(y[0]));
    assertEquals(0, Float.floatToRawIntBits(y[1]));
    assertEquals(0, Float.floatToRawIntBits(y[2]));
    assertEquals(2, y[3]);
  }

  @Test
  void shouldLetNaNWinWhenPooling() {
    float[] y = forward(new MaxPool.Spec(2, 2), Shape.of(1, 2, 2), 1, Float.NaN, 3, 2);
    assertTrue(Float.isNaN(y[0]));
  }

  @Test
  void shouldGiveGradientToTheFirstOfEqualsWhenPooling() {
    Layer pool = new MaxPool.Spec(2, 2).build(Shape.of(1, 2, 2));
    LayerCall call =
        new LayerCall(new ScalarKernels(), ShardRows.single(1), new float[0], 0, 0, 0, null);
    float[] x = {1, 3, 3, 3};
    float[] y = new float[1];
    float[] saved = new float[1];
    float[] dx = new float[4];
    pool.forward(call, x, y, saved);
    pool.backward(call, x, y, saved, new float[] {5}, dx, new float[0]);
    assertArrayEquals(new float[] {0, 5, 0, 0}, dx);
  }

  @Test
  void shouldStayFiniteAndSumToOneWhenSoftmaxOfHugeValues() {
    float[] y = forward(new Softmax.Spec(), Shape.of(3), 1e30f, -1e30f, 1e30f);
    assertArrayEquals(new float[] {0.5f, 0, 0.5f}, y);
  }

  @Test
  void shouldSaturateWithoutNaNWhenSigmoidOrTanhOfHugeValues() {
    LayerSpec sigmoid = new Activation.Spec(Activation.Kind.SIGMOID);
    assertArrayEquals(new float[] {0, 1, 0.5f}, forward(sigmoid, Shape.of(3), -1e30f, 1e30f, 0));
    LayerSpec tanh = new Activation.Spec(Activation.Kind.TANH);
    assertArrayEquals(new float[] {-1, 1, 0}, forward(tanh, Shape.of(3), -1e30f, 1e30f, 0));
  }

  @Test
  void shouldComputeEachExampleByItself() {
    Layer layer = conv(3, 3, 3, 1, 1, 1).build(Shape.of(2, 4, 4));
    float[] w = ramp(2 * 9 * 3 + 3, 7);
    float[] x = ramp(3 * 32, 11);
    float[] three = new float[3 * 48];
    float[] one = new float[48];
    ScalarKernels kernels = new ScalarKernels();
    layer.forward(
        new LayerCall(kernels, ShardRows.single(3), w, 0, 0, 0, null), x, three, new float[0]);
    float[] last = Arrays.copyOfRange(x, 64, 96);
    layer.forward(
        new LayerCall(kernels, ShardRows.single(1), w, 0, 0, 0, null), last, one, new float[0]);
    assertArrayEquals(Arrays.copyOfRange(three, 96, 144), one);
    assertFalse(Arrays.equals(Arrays.copyOf(three, 48), one));
  }

  @Test
  void shouldKeepNaNAndSlopeWhenLeakyRelu() {
    float[] y = forward(new LeakyRelu.Spec(0.25f), Shape.of(4), Float.NaN, -4, 0, 2);
    assertTrue(Float.isNaN(y[0]));
    assertArrayEquals(new float[] {-1, 0, 2}, Arrays.copyOfRange(y, 1, 4));
  }

  @Test
  void shouldGiveTabulatedValuesWhenGelu() {
    // x times the normal distribution function of x, 0.841344746 and 0.0227501319 by tables.
    float[] y = forward(new Gelu.Spec(), Shape.of(4), 1, -2, 0, 40);
    assertEquals(0.841344746, y[0], 1e-7);
    assertEquals(-2 * 0.0227501319, y[1], 2e-7);
    assertArrayEquals(new float[] {0, 40}, Arrays.copyOfRange(y, 2, 4));
  }

  private static LayerCall training(ShardRows shards, float[] w, int buffers, Training training) {
    return new LayerCall(new ScalarKernels(), shards, w, 2, 0, buffers, training);
  }

  @Test
  void shouldDropTheStatedPartAndScaleTheRestWhenDroppingOut() {
    int n = 100_000;
    Layer layer = new Dropout.Spec(0.2f).build(Shape.of(n));
    float[] x = new float[n];
    Arrays.fill(x, 3);
    float[] y = new float[n];
    Training training = new Training(1, 0, new int[] {0}, new float[0]);
    layer.forward(training(ShardRows.single(1), x, 0, training), x, y, new float[n]);
    int dropped = 0;
    for (float value : y) {
      assertTrue(value == 0 || Math.abs(value - 3.75f) < 1e-6, "value " + value);
      dropped += value == 0 ? 1 : 0;
    }
    // Four standard deviations of 100,000 draws.
    assertEquals(0.2 * n, dropped, 4 * Math.sqrt(n * 0.2 * 0.8));
  }

  private static float[] dropped(long seed, long step, int layer, int sample) {
    float[] x = new float[64];
    Arrays.fill(x, 1);
    float[] y = new float[64];
    Training training = new Training(seed, step, new int[] {sample}, new float[0]);
    ShardRows one = ShardRows.single(1);
    new Dropout.Spec(0.5f)
        .build(Shape.of(64))
        .forward(
            new LayerCall(new ScalarKernels(), one, x, layer, 0, 0, training), x, y, new float[64]);
    return y;
  }

  @Test
  void shouldDrawAnotherMaskForEverySeedStepLayerAndExampleWhenDroppingOut() {
    float[] mask = dropped(1, 2, 3, 4);
    assertArrayEquals(mask, dropped(1, 2, 3, 4));
    assertFalse(Arrays.equals(mask, dropped(2, 2, 3, 4)));
    assertFalse(Arrays.equals(mask, dropped(1, 3, 3, 4)));
    assertFalse(Arrays.equals(mask, dropped(1, 2, 4, 4)));
    assertFalse(Arrays.equals(mask, dropped(1, 2, 3, 5)));
  }

  @Test
  void shouldHaveMeanZeroAndVarianceOneWhenNormalizingExamples() {
    Layer layer = new LayerNorm.Spec(1e-12f).build(Shape.of(4));
    float[] w = {1, 1, 1, 1, 0, 0, 0, 0};
    float[] y = new float[4];
    layer.forward(
        training(ShardRows.single(1), w, 8, null), new float[] {1, 3, 5, 7}, y, new float[2]);
    // Mean 4, population variance 5.
    double unit = 1 / Math.sqrt(5);
    for (int i = 0; i < 4; i++) {
      assertEquals((2 * i - 3) * unit, y[i], 1e-6);
    }
  }

  @Test
  void shouldSumShardMomentsWeightedByRowsWhenNormalizingShards() {
    Layer layer = new BatchNorm.Spec(0.1f, 1e-5f).build(Shape.of(1));
    float[] x = {1, 3, 0, 0, 6};
    float[] sums = {-1, -1, -1, -1};
    Training training = new Training(1, 0, new int[5], sums);
    ShardRows shards = new ShardRows(new int[] {0, 2, 2, 5});
    float[] y = new float[5];
    layer.forward(training(shards, new float[] {1, 0, 0, 1}, 2, training), x, y, new float[10]);
    // Shards {1, 3} and {0, 0, 6}: means 2 and 2, unbiased variances 2 and 12.
    assertArrayEquals(new float[] {-1, -1, 2 * 2 + 3 * 2, 2 * 2 + 3 * 12}, sums);
    assertEquals(-1, y[0], 1e-5);
    assertEquals(Math.sqrt(2), y[4], 1e-5);
  }

  @Test
  void shouldUseRunningAveragesWhenEvaluatingNormalizedShards() {
    Layer layer = new BatchNorm.Spec(0.1f, 1e-5f).build(Shape.of(1));
    // Scale 3, shift 1, mean 5, variance 4.
    float[] w = {3, 1, 5, 4};
    float[] y = new float[1];
    layer.forward(training(ShardRows.single(1), w, 2, null), new float[] {9}, y, new float[2]);
    assertEquals(3 * 2 + 1, y[0], 2e-5);
  }

  @Test
  void shouldRefuseShardsOfOneValueWhenNormalizingShards() {
    Layer flat = new BatchNorm.Spec(0.1f, 1e-5f).build(Shape.of(3));
    assertEquals(
        "a shard of 1 example has one value per feature, and no variance",
        flat.refusesShard(1).orElseThrow());
    assertTrue(flat.refusesShard(2).isEmpty());
    Layer image = new BatchNorm.Spec(0.1f, 1e-5f).build(Shape.of(3, 1, 2));
    assertTrue(image.refusesShard(1).isEmpty());
  }

  private static float[] ramp(int n, int period) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (i % period - period / 2) * 0.1f;
    }
    return values;
  }
}
