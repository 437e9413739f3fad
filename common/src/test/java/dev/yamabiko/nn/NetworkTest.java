package dev.yamabiko.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.tensor.KernelScratch;
import dev.yamabiko.tensor.Shape;
import dev.yamabiko.tensor.VectorSizes;
import java.util.List;
import org.junit.jupiter.api.Test;

class NetworkTest {

  private static final LayerSpec RELU = new Activation.Spec(Activation.Kind.RELU);
  private static final LayerSpec FLATTEN = new Flatten.Spec();

  private static LayerSpec dense(int units) {
    return new Dense.Spec(units, Initializer.HE);
  }

  private static LayerSpec conv(int filters, int kernel, int stride, int padding) {
    return new Conv2d.Spec(filters, kernel, kernel, stride, padding, padding, Initializer.HE);
  }

  private final Network network =
      Network.build(
          Shape.of(3, 10, 8),
          List.of(conv(4, 3, 1, 1), RELU, new MaxPool.Spec(2, 2), FLATTEN, dense(7), dense(2)));

  @Test
  void shouldComputeNoMoreRowsThanPackedArraysHold() {
    // 17 columns take the room of 24 or 32, one of as many as a vector has lanes or twice that.
    for (int units : new int[] {1, 17}) {
      Network narrow = Network.build(Shape.of(1), List.of(dense(units)));
      int rows = narrow.rowsWithin(Long.MAX_VALUE);
      for (int lanes : new int[] {4, 8, 16}) {
        VectorSizes sizes = new VectorSizes(lanes, lanes == 8);
        long ofG = VectorSizes.LINE_START + sizes.gradientB(rows, units);
        assertTrue(ofG < Integer.MAX_VALUE - 7, rows + " rows: " + ofG);
        assertTrue((long) sizes.pitch() * rows < Integer.MAX_VALUE - 7, rows + " rows");
      }
    }
    assertTrue(network.rowsWithin(Long.MAX_VALUE) > 1 << 22);
  }

  @Test
  void shouldCountWhatKernelsPackOfEachRow() {
    Network small = Network.build(Shape.of(2), List.of(dense(32), RELU, dense(3)));
    long bytes = 100 << 20;
    int rows = small.rowsWithin(bytes);
    long taken = Float.BYTES * (rows * small.floatsPerExample() + scratch(small, rows));
    long fixed = Float.BYTES * scratch(small, 1);
    assertTrue(taken - fixed <= bytes, taken + " bytes");
    // Not much less than there is: besides, targets, losses and numbers are counted.
    assertTrue(taken > 0.9 * bytes, taken + " bytes");
  }

  private static long scratch(Network network, int rows) {
    KernelScratch scratch = KernelScratch.ofAnyVectors();
    network.countScratch(scratch, rows, 1);
    return scratch.floats();
  }

  @Test
  void shouldChainShapes() {
    assertEquals(Shape.of(3, 10, 8), network.inputShape());
    assertEquals(
        "[4, 10, 8] [4, 10, 8] [4, 5, 4] [80] [7] [2]",
        String.join(" ", network.layers().stream().map(l -> l.outputShape().toString()).toList()));
    assertEquals(Shape.of(2), network.outputShape());
  }

  @Test
  void shouldLayParametersOneAfterTheOther() {
    int conv = 3 * 9 * 4;
    int first = 80 * 7;
    assertEquals(
        List.of(0, conv, conv + 4, conv + 4 + first, conv + first + 11, conv + first + 25),
        network.places().stream().map(Network.Place::offset).toList());
    assertEquals(
        List.of("0.weight", "0.bias", "4.weight", "4.bias", "5.weight", "5.bias"),
        network.places().stream().map(Network.Place::name).toList());
    assertEquals(Shape.of(3, 3, 3, 4), network.places().get(0).parameter().shape());
    assertEquals(Shape.of(80, 7), network.places().get(2).parameter().shape());
    assertEquals(conv + first + 27, network.parameterCount());
    assertEquals(0, network.offset(0));
    assertEquals(conv + 4, network.offset(1));
    assertEquals(conv + 4, network.offset(4));
    assertEquals(network.parameterCount(), network.offset(6));
  }

  @Test
  void shouldFindTheLayerThatOwnsAParameter() {
    for (int layer : new int[] {0, 4, 5}) {
      assertEquals(layer, network.layerOfParameter(network.offset(layer)));
      assertEquals(layer, network.layerOfParameter(network.offset(layer + 1) - 1));
    }
    assertEquals("layer 4 (dense 7)", network.describeLayer(4));
    assertEquals("layer 0 (conv2d 4 3x3 padded)", network.describeLayer(0));
  }

  @Test
  void shouldCountActivations() {
    int input = 240;
    assertEquals(320, network.widestActivation());
    // Every output, and max-pool keeps its 80 winners.
    assertEquals(input + 320 + 320 + 80 + 80 + 80 + 7 + 2, network.activationsPerExample());
  }

  @Test
  void shouldCountMultiplications() {
    int conv = (3 * 3 * 3 * 4 + 4) * 8 * 10;
    int dense = 80 * 7 + 7 + 7 * 2 + 2;
    assertEquals(conv + dense, network.multiplicationsPerExample());
  }

  private static void assertRefused(String message, Shape input, LayerSpec... specs) {
    ShapeMismatchException thrown =
        assertThrows(ShapeMismatchException.class, () -> Network.build(input, List.of(specs)));
    assertEquals(message, thrown.getMessage());
  }

  @Test
  void shouldNameTheLayerThatDoesNotFit() {
    assertRefused(
        "layer 1 (dense): dense expects a flat input [features] but gets [1, 4, 4]; put flatten before it",
        Shape.of(1, 4, 4),
        RELU,
        dense(3));
    assertRefused(
        "layer 0 (softmax): softmax expects a flat input [features] but gets [1, 4, 4]; put flatten before it",
        Shape.of(1, 4, 4),
        new Softmax.Spec());
    assertRefused(
        "layer 1 (conv2d): conv2d expects an image [channels, height, width] but gets [16]",
        Shape.of(1, 4, 4),
        FLATTEN,
        conv(2, 3, 1, 0));
    assertRefused(
        "layer 0 (max-pool): max-pool expects an image [channels, height, width] but gets [16]",
        Shape.of(16),
        new MaxPool.Spec(2, 2));
  }

  @Test
  void shouldSayWhichWindowIsTooLarge() {
    assertRefused(
        "layer 0 (conv2d): conv2d kernel 5x5 is larger than its input [1, 4, 4]; add padding",
        Shape.of(1, 4, 4),
        conv(2, 5, 1, 0));
    assertRefused(
        "layer 0 (conv2d): conv2d kernel 7x7 is larger than its input [1, 4, 4] with padding",
        Shape.of(1, 4, 4),
        conv(2, 7, 1, 1));
    assertRefused(
        "layer 0 (max-pool): max-pool window 5x5 is larger than its input [1, 4, 4]",
        Shape.of(1, 4, 4),
        new MaxPool.Spec(5, 5));
    assertRefused(
        "layer 0 (conv2d): padding must be smaller than the kernel",
        Shape.of(1, 4, 4),
        conv(2, 3, 1, 3));
  }

  @Test
  void shouldRefuseModelsThatAreEmptyOrTooLarge() {
    assertRefused("a model needs at least one layer", Shape.of(4));
    assertRefused(
        "layer 0 (dense): shape too large for one array: [100000, 100000]",
        Shape.of(100_000),
        dense(100_000));
    assertRefused(
        "layer 2 (dense): the model has more than 2^31 parameters",
        Shape.of(30_000),
        dense(30_000),
        dense(30_000),
        dense(30_000));
  }

  @Test
  void shouldRefuseSizesBelowOne() {
    assertRefused(
        "layer 0 (dense): a dimension must be at least 1 but got [4, 0]", Shape.of(4), dense(0));
    assertRefused(
        "layer 0 (conv2d): sizes must be at least 1", Shape.of(1, 4, 4), conv(2, 3, 0, 0));
    assertRefused(
        "layer 0 (max-pool): size and stride must be at least 1 but are 2 and 0",
        Shape.of(1, 4, 4),
        new MaxPool.Spec(2, 0));
    assertRefused(
        "layer 0 (max-pool): size and stride must be at least 1 but are 0 and 1",
        Shape.of(1, 4, 4),
        new MaxPool.Spec(0, 1));
  }
}
