package dev.yamabiko.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.tensor.vector.VectorKernels;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class VectorKernelsTest extends KernelsContract {
  VectorKernelsTest() {
    super(new VectorKernels(), new ScalarKernels());
  }

  @Test
  void shouldCrossBlockBordersOfProductsWithoutATrace() {
    for (int[] shape :
        new int[][] {
          {700, 530, 37},
          {3, 1050, 70},
          {200, 259, 130},
          {40, 600, 10},
          {1, 600, 1},
          {50, 301, 13},
          {50, 301, 3},
          {23, 1, 8},
          {20, 257, 4},
          {20, 513, 4},
          {20, 300, 4},
          {20, 300, 16},
          {20, 300, 8},
          {99, 7, 200},
          {500, 7, 100},
          {500, 3, 100}
        }) {
      assertSameBits(1, shape[0] * shape[2], affine(shape[0], shape[1], shape[2], true));
      assertSameBits(2, shape[0] * shape[2], inputGradient(shape[0], shape[2], shape[1]));
    }
  }

  @Test
  void shouldCrossBlockBordersOfWeightGradientsWithoutATrace() {
    assertSameBits(1, 530 * 37, weightGradient(ShardRows.single(600), 530, 37));
    assertSameBits(2, 900 * 20, weightGradient(shardsOf(300, 0, 1, 290), 900, 20));
    assertSameBits(4, 900 * 10, weightGradient(shardsOf(300, 0, 1, 290), 900, 10));
    assertSameBits(5, 101 * 16, weightGradient(shardsOf(30, 17, 0, 33, 1), 101, 16));
    assertSameBits(6, 101 * 3, weightGradient(shardsOf(30, 17, 0, 33, 1), 101, 3));
    assertSameBits(8, 96 * 7, weightGradient(shardsOf(30, 17, 0, 33, 1), 96, 7));
    assertSameBits(9, 96 * 4, weightGradient(shardsOf(30, 17, 0, 33, 1), 96, 4));
    assertSameBits(10, 101 * 2, weightGradient(ShardRows.more(29), 101, 2));
    assertSameBits(11, 101, weightGradient(ShardRows.more(29), 101, 1));
    assertSameBits(12, 101 * 4, weightGradient(ShardRows.more(29), 101, 4));
    assertSameBits(7, 101 * 11, weightGradient(ShardRows.more(29), 101, 11));
    int[] many = new int[100];
    Arrays.fill(many, 3);
    assertSameBits(3, 130 * 70, weightGradient(shardsOf(many), 130, 70));
  }

  @Test
  void shouldGiveALongWeightGradientAwayInParts() {
    int times = assertSaysWhichRowsAreFinal(ShardRows.single(600), 530, 37, 1);
    assertTrue(times > 3, times + " times");
  }

  @Test
  void shouldComputeConvolutionsOfRealModels() {
    for (ConvShape shape :
        new ConvShape[] {
          new ConvShape(1, 28, 28, 32, 3, 3, 1, 0, 0),
          new ConvShape(32, 13, 13, 64, 3, 3, 1, 0, 0),
          new ConvShape(3, 32, 32, 33, 5, 5, 1, 2, 2),
          new ConvShape(16, 15, 17, 40, 3, 3, 2, 1, 1),
          new ConvShape(70, 7, 7, 30, 1, 1, 1, 0, 0),
        }) {
      assertSameBits(1, 3 * shape.outputSize(), convolve(shape, 3));
      assertSameBits(2, 3 * shape.inputSize(), convolveInputGradient(shape, 3));
      int weights = (shape.taps() + 1) * shape.filters();
      assertSameBits(3, weights, convolveWeightGradient(shape, shardsOf(2, 0, 1, 2)));
    }
  }

  @Test
  void shouldPoolConvolutionsOfRealModels() {
    for (ConvShape shape :
        new ConvShape[] {
          new ConvShape(1, 28, 28, 32, 3, 3, 1, 0, 0),
          new ConvShape(32, 13, 13, 64, 3, 3, 1, 0, 0),
          new ConvShape(3, 32, 32, 48, 5, 5, 1, 2, 2),
        }) {
      ShardRows shards = shardsOf(2, 0, 1, 2);
      float[][] expected = convolveAndPool(new ScalarKernels(), shape, shards, true, true, 4);
      float[][] actual = convolveAndPool(new VectorKernels(), shape, shards, true, true, 4);
      for (int i = 0; i < expected.length; i++) {
        assertArrayEquals(expected[i], actual[i]);
      }
    }
  }
}
