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
    new LayerProbe(spec, Shape.of(input)).check();
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

  private static float[] ramp(int n, int period) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (i % period - period / 2) * 0.1f;
    }
    return values;
  }
}
