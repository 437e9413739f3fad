package dev.yamabiko.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.tensor.vector.VectorKernels;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs kernels and looks what they have allocated: no more than was said, and half of that. */
class KernelScratchTest {

  /** Kernels, and what was said of the calls that they got. */
  private record Trial(Kernels kernels, KernelScratch said, Set<Object> given) {
    Trial(Kernels kernels) {
      this(kernels, kernels.scratch(), Collections.newSetFromMap(new IdentityHashMap<>()));
    }

    void dense(int rows, int in, int out, int shards) {
      said.dense(rows, in, out, shards);
      float[] x = new float[rows * in];
      float[] g = new float[rows * out];
      float[] w = new float[in * out];
      float[] b = new float[out];
      kernels.affine(rows, in, out, x, 0, w, 0, b, 0, true, g, 0);
      ShardRows even = shards(rows, shards);
      kernels.weightGradient(even, in, out, x, 0, g, 0, w, 0);
      kernels.biasGradient(even, out, g, 0, b, 0);
      kernels.inputGradient(rows, in, out, g, 0, w, 0, x, 0);
    }

    void convolution(ConvShape shape, int rows, int shards) {
      said.convolution(shape, shards);
      float[] x = new float[rows * shape.inputSize()];
      float[] y = new float[rows * shape.outputSize()];
      float[] w = new float[(shape.taps() + 1) * shape.filters()];
      int bias = shape.taps() * shape.filters();
      given.addAll(List.of(x, y, w));
      kernels.convolve(shape, rows, x, 0, w, 0, w, bias, y, 0);
      kernels.convolveWeightGradient(shape, shards(rows, shards), x, 0, y, 0, w, 0);
      kernels.convolveInputGradient(shape, rows, y, 0, w, 0, x, 0);
    }

    void pooled(ConvShape inner, boolean tiledInput, int rows, int shards) {
      boolean tiled = tiledInput && kernels.tile() > 0;
      PooledConvShape shape = new PooledConvShape(inner, true, tiled, false);
      said.pooledConvolution(shape, rows, shards);
      float[] x = new float[rows * inner.inputSize()];
      float[] y = new float[rows * shape.outputSize()];
      float[] winners = new float[y.length];
      float[] w = new float[(inner.taps() + 1) * inner.filters()];
      int bias = inner.taps() * inner.filters();
      given.addAll(List.of(x, y, w, winners));
      kernels.convolveMaxPool(shape, rows, x, w, 0, w, bias, winners, y);
      kernels.convolveMaxPoolGradients(shape, shards(rows, shards), x, w, 0, winners, y, w, 0, x);
    }

    void check() {
      long held = held(kernels, given);
      String both =
          "%s holds %,d floats and said %,d".formatted(kernels.name(), held, said.floats());
      assertTrue(held <= said.floats(), both);
      assertTrue(said.floats() <= 2 * held, both);
    }
  }

  private static ShardRows shards(int rows, int shards) {
    int[] bounds = new int[shards + 1];
    for (int s = 0; s <= shards; s++) {
      bounds[s] = (int) ((long) rows * s / shards);
    }
    return new ShardRows(bounds);
  }

  /**
   * Floats, or as many bytes, of all arrays that can be reached.
   *
   * @param seen those that belong to others; the rest is added
   */
  private static long held(Object from, Set<Object> seen) {
    Deque<Object> left = new ArrayDeque<>(List.of(from));
    long floats = 0;
    while (!left.isEmpty()) {
      Object next = left.pop();
      if (!seen.add(next)) {
        continue;
      }
      Class<?> type = next.getClass();
      if (next instanceof float[] || next instanceof int[]) {
        floats += Array.getLength(next);
      } else if (next instanceof Object[] array) {
        Stream.of(array).filter(each -> each != null).forEach(left::push);
      } else if (type.getName().startsWith("dev.yamabiko.tensor.")) {
        fields(next).forEach(left::push);
      }
    }
    return floats;
  }

  private static Stream<Object> fields(Object of) {
    return Stream.of(of.getClass().getDeclaredFields())
        .filter(field -> !Modifier.isStatic(field.getModifiers()))
        .map(field -> value(field, of))
        .filter(value -> value != null);
  }

  private static Object value(Field field, Object of) {
    try {
      field.setAccessible(true);
      return field.get(of);
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
  }

  static Stream<Kernels> kernels() {
    return Stream.of(new VectorKernels(), new ScalarKernels());
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void shouldSayWhatDenseLayersKeep(Kernels fresh) {
    // Long batches and short ones, more rows than a block of a product, heads, tiny layers.
    for (int[] shape :
        new int[][] {
          {4096, 100, 70, 1},
          {20_000, 40, 40, 8},
          {40_000, 30, 17, 1},
          {70_000, 19, 3, 1},
          {256, 784, 512, 4},
          {64, 1500, 1100, 1},
          {1000, 700, 10, 3},
          {20_000, 64, 10, 5},
          {2000, 5, 300, 7},
          {5, 3, 2, 1},
        }) {
      Trial trial = new Trial(anew(fresh));
      trial.dense(shape[0], shape[1], shape[2], shape[3]);
      trial.check();
    }
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void shouldSayWhatEachFurtherRowTakes(VectorSizes sizes) {
    int rows = 1 << 18;
    for (int[] shape : new int[][] {{1, 1}, {2, 32}, {32, 3}, {40, 17}, {784, 512}}) {
      VectorScratch few = new VectorScratch(sizes, 0);
      few.dense(rows, shape[0], shape[1], 1);
      VectorScratch many = new VectorScratch(sizes, 0);
      many.dense(2 * rows, shape[0], shape[1], 1);
      assertEquals(
          rows * few.floatsPerRow(), many.floats() - few.floats(), shape[0] + ".." + shape[1]);
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void shouldCountArraysThatLayersShareOnce(Kernels fresh) {
    Trial trial = new Trial(anew(fresh));
    trial.dense(2048, 200, 300, 8);
    trial.dense(2048, 300, 100, 8);
    trial.dense(2048, 100, 10, 8);
    // The last batch of an epoch is shorter.
    trial.dense(1100, 200, 300, 8);
    trial.check();
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void shouldSayWhatConvolutionsKeep(Kernels fresh) {
    for (ConvShape shape :
        new ConvShape[] {
          new ConvShape(1, 28, 28, 16, 5, 5, 1, 0, 0),
          new ConvShape(16, 12, 12, 32, 5, 5, 1, 0, 0),
          new ConvShape(32, 24, 24, 48, 3, 3, 1, 1, 1),
          new ConvShape(64, 56, 56, 64, 3, 3, 1, 1, 1),
          new ConvShape(16, 31, 33, 40, 3, 3, 2, 1, 1),
          new ConvShape(70, 30, 30, 130, 1, 1, 1, 0, 0),
        }) {
      Trial plain = new Trial(anew(fresh));
      plain.convolution(shape, 3, 2);
      plain.check();
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void shouldSayWhatPooledConvolutionsKeep(Kernels fresh) {
    for (ConvShape shape :
        new ConvShape[] {
          new ConvShape(1, 28, 28, 16, 5, 5, 1, 0, 0),
          new ConvShape(32, 12, 12, 32, 5, 5, 1, 0, 0),
          new ConvShape(64, 56, 56, 64, 3, 3, 1, 1, 1),
        }) {
      Trial pooled = new Trial(anew(fresh));
      pooled.pooled(shape, false, 3, 3);
      pooled.pooled(shape, shape.channels() % 32 == 0, 3, 3);
      pooled.check();
    }
  }

  private static Kernels anew(Kernels like) {
    return like instanceof VectorKernels ? new VectorKernels() : new ScalarKernels();
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void shouldSayOfAnyWidthWhatTheGreediestTakes(VectorSizes sizes) {
    for (int i = 0; i < 2000; i++) {
      KernelScratch any = KernelScratch.ofAnyVectors();
      KernelScratch one = new VectorScratch(sizes, 0);
      for (KernelScratch each : List.of(any, one)) {
        Random same = new Random(i);
        int rows = 1 + same.nextInt(1 << (1 + same.nextInt(16)));
        each.dense(rows, 1 + same.nextInt(2000), 1 + same.nextInt(2000), 1 + same.nextInt(64));
        int kernel = 1 + same.nextInt(5);
        int filters = 16 * (1 + same.nextInt(6));
        int size = 8 + same.nextInt(20);
        ConvShape shape =
            new ConvShape(
                1 + same.nextInt(70),
                size,
                size,
                filters,
                kernel,
                kernel,
                1 + same.nextInt(2),
                same.nextInt(kernel),
                same.nextInt(kernel));
        each.convolution(shape, 4);
        each.pooledConvolution(new PooledConvShape(shape, true, false, false), rows, 4);
      }
      assertTrue(one.floats() <= any.floats(), sizes + ", case " + i);
    }
  }

  static Stream<VectorSizes> sizes() {
    return Stream.of(
        new VectorSizes(4, false),
        new VectorSizes(8, false),
        new VectorSizes(8, true),
        new VectorSizes(16, false));
  }
}
