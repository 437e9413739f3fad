package dev.yamabiko.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.PropertyDefaults;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/**
 * What every implementation of {@link Kernels} owes: the bits of another one, on random shapes, at
 * random offsets, with special values here and there, and not a float written beside its output.
 *
 * <p>One instance is used for all cases, so scratch memory is always dirty.
 */
@PropertyDefaults(edgeCases = EdgeCasesMode.NONE)
abstract class KernelsContract {

  private static final float UNTOUCHED = 12345.678f;

  private final Kernels tested;
  private final Kernels reference;

  KernelsContract(Kernels tested, Kernels reference) {
    this.tested = tested;
    this.reference = reference;
  }

  /** One operation: inputs are drawn from {@code data}, the result goes to out at an offset. */
  interface Operation {
    void run(Kernels kernels, Data data, float[] out, int outAt);
  }

  /** Inputs of one case: the same sequence for both implementations. */
  static final class Data {
    private final Random random;
    private final boolean special;
    private int at;

    Data(long seed) {
      random = new Random(seed);
      special = random.nextInt(4) == 0;
    }

    /** An array holding n values from {@link #at} on, with neighbours on both sides. */
    float[] next(int n) {
      at = random.nextInt(5);
      float[] values = new float[at + n + random.nextInt(5)];
      for (int i = 0; i < values.length; i++) {
        values[i] = special && random.nextInt(50) == 0 ? odd() : random.nextFloat() * 2 - 1;
      }
      return values;
    }

    /** An array holding n values from its start on, with neighbours behind. */
    float[] nextFromStart(int n) {
      float[] values = next(n);
      return at == 0 ? values : Arrays.copyOfRange(values, at, values.length);
    }

    int at() {
      return at;
    }

    private float odd() {
      return switch (random.nextInt(7)) {
        case 0 -> -0f;
        case 1 -> Float.MIN_VALUE;
        case 2 -> -1e-38f;
        case 3 -> Float.MAX_VALUE;
        case 4 -> Float.NEGATIVE_INFINITY;
        case 5 -> Float.NaN;
        default -> 0f;
      };
    }
  }

  /** NaN equals NaN whatever its bits; everything else, the sign of zero too, must be the same. */
  final void assertSameBits(long seed, int outputs, Operation operation) {
    int at = (int) (seed & 3);
    float[] expected = new float[at + outputs + 3];
    Arrays.fill(expected, UNTOUCHED);
    float[] actual = expected.clone();
    operation.run(reference, new Data(seed), expected, at);
    operation.run(tested, new Data(seed), actual, at);
    assertArrayEquals(expected, actual);
  }

  @Property
  void shouldGiveTheDefinedBitsOfAffine(
      @ForAll @IntRange(max = 40) int rows,
      @ForAll @IntRange(min = 1, max = 70) int in,
      @ForAll @IntRange(min = 1, max = 70) int out,
      @ForAll long seed) {
    assertSameBits(seed, rows * out, affine(rows, in, out, (seed & 1) == 0));
  }

  static Operation affine(int rows, int in, int out, boolean relu) {
    return (kernels, data, y, yAt) -> {
      float[] x = data.next(rows * in);
      int xAt = data.at();
      float[] w = data.next(in * out);
      int wAt = data.at();
      float[] b = data.next(out);
      kernels.affine(rows, in, out, x, xAt, w, wAt, b, data.at(), relu, y, yAt);
    };
  }

  @Property
  void shouldGiveTheDefinedBitsOfInputGradient(
      @ForAll @IntRange(max = 40) int rows,
      @ForAll @IntRange(min = 1, max = 70) int in,
      @ForAll @IntRange(min = 1, max = 70) int out,
      @ForAll long seed) {
    assertSameBits(seed, rows * in, inputGradient(rows, in, out));
  }

  static Operation inputGradient(int rows, int in, int out) {
    return (kernels, data, dx, dxAt) -> {
      float[] g = data.next(rows * out);
      int gAt = data.at();
      float[] w = data.next(in * out);
      kernels.inputGradient(rows, in, out, g, gAt, w, data.at(), dx, dxAt);
    };
  }

  @Property
  void shouldGiveTheDefinedBitsOfWeightGradient(
      @ForAll("shards") ShardRows shards,
      @ForAll @IntRange(min = 1, max = 120) int in,
      @ForAll @IntRange(min = 1, max = 50) int out,
      @ForAll long seed) {
    assertSameBits(seed, in * out, weightGradient(shards, in, out));
  }

  static Operation weightGradient(ShardRows shards, int in, int out) {
    return (kernels, data, dw, dwAt) -> {
      float[] x = data.next(shards.rows() * in);
      int xAt = data.at();
      float[] g = data.next(shards.rows() * out);
      kernels.weightGradient(shards, in, out, x, xAt, g, data.at(), dw, dwAt);
    };
  }

  @Property
  void shouldSayWhichRowsOfTheWeightGradientAreFinal(
      @ForAll("shards") ShardRows shards,
      @ForAll @IntRange(min = 1, max = 120) int in,
      @ForAll @IntRange(min = 1, max = 50) int out,
      @ForAll long seed) {
    assertSaysWhichRowsAreFinal(shards, in, out, seed);
  }

  /**
   * @return how often it said so
   */
  int assertSaysWhichRowsAreFinal(ShardRows shards, int in, int out, long seed) {
    float[] x = new Data(seed).next(shards.rows() * in);
    float[] g = new Data(~seed).next(shards.rows() * out);
    float[] dw = new float[in * out];
    Arrays.fill(dw, Float.NaN);
    float[] told = new float[in * out];
    int[] from = {in};
    int[] times = {0};
    tested.weightGradient(
        shards,
        in,
        out,
        x,
        0,
        g,
        0,
        dw,
        0,
        row -> {
          System.arraycopy(dw, row * out, told, row * out, (from[0] - row) * out);
          from[0] = row;
          times[0]++;
        });
    assertEquals(0, from[0]);
    assertArrayEquals(dw, told);
    return times[0];
  }

  @Property
  void shouldGiveTheDefinedBitsOfBiasGradient(
      @ForAll("shards") ShardRows shards,
      @ForAll @IntRange(min = 1, max = 40) int columns,
      @ForAll long seed) {
    assertSameBits(
        seed,
        columns,
        (kernels, data, db, dbAt) -> {
          float[] g = data.next(shards.rows() * columns);
          kernels.biasGradient(shards, columns, g, data.at(), db, dbAt);
        });
  }

  @Property
  void shouldGiveTheDefinedBitsOfConvolution(
      @ForAll("convolutions") ConvShape shape,
      @ForAll @IntRange(max = 3) int rows,
      @ForAll long seed) {
    assertSameBits(seed, rows * shape.outputSize(), convolve(shape, rows));
  }

  static Operation convolve(ConvShape shape, int rows) {
    return (kernels, data, y, yAt) -> {
      float[] x = data.next(rows * shape.inputSize());
      int xAt = data.at();
      float[] w = data.next(shape.taps() * shape.filters());
      int wAt = data.at();
      float[] b = data.next(shape.filters());
      kernels.convolve(shape, rows, x, xAt, w, wAt, b, data.at(), y, yAt);
    };
  }

  @Property
  void shouldGiveTheDefinedBitsOfConvolutionInputGradient(
      @ForAll("convolutions") ConvShape shape,
      @ForAll @IntRange(max = 3) int rows,
      @ForAll long seed) {
    assertSameBits(seed, rows * shape.inputSize(), convolveInputGradient(shape, rows));
  }

  static Operation convolveInputGradient(ConvShape shape, int rows) {
    return (kernels, data, dx, dxAt) -> {
      float[] g = data.next(rows * shape.outputSize());
      int gAt = data.at();
      float[] w = data.next(shape.taps() * shape.filters());
      kernels.convolveInputGradient(shape, rows, g, gAt, w, data.at(), dx, dxAt);
    };
  }

  @Property
  void shouldGiveTheDefinedBitsOfConvolutionWeightGradient(
      @ForAll("convolutions") ConvShape shape,
      @ForAll("fewShards") ShardRows shards,
      @ForAll long seed) {
    assertSameBits(
        seed, (shape.taps() + 1) * shape.filters(), convolveWeightGradient(shape, shards));
  }

  static Operation convolveWeightGradient(ConvShape shape, ShardRows shards) {
    return (kernels, data, dw, dwAt) -> {
      float[] x = data.next(shards.rows() * shape.inputSize());
      int xAt = data.at();
      float[] g = data.next(shards.rows() * shape.outputSize());
      kernels.convolveWeightGradient(shape, shards, x, xAt, g, data.at(), dw, dwAt);
    };
  }

  @Property
  void shouldEqualShardByShardWorkSummedAlongTheTree(
      @ForAll("shards") ShardRows shards, @ForAll long seed) {
    int in = 7;
    int out = 19;
    float[] x = new Data(seed).next(shards.rows() * in + 5);
    float[] g = new Data(~seed).next(shards.rows() * out + 5);
    float[][] alone = new float[shards.shards()][in * out];
    for (int s = 0; s < shards.shards(); s++) {
      int from = shards.from(s);
      ShardRows shard = ShardRows.single(shards.to(s) - from);
      tested.weightGradient(shard, in, out, x, from * in, g, from * out, alone[s], 0);
    }
    float[] expected = new float[in * out];
    for (int i = 0; i < in * out; i++) {
      int output = i;
      Float sum =
          NaiveKernels.alongTree(
              0, shards.shards(), s -> shards.isEmpty(s) ? null : alone[s][output]);
      expected[i] = sum == null ? 0f : sum;
    }
    float[] together = new float[in * out];
    tested.weightGradient(shards, in, out, x, 0, g, 0, together, 0);
    assertArrayEquals(expected, together);
  }

  /** A kernel that sums over rows: n of them from row {@code from} on. */
  private interface Sum {
    void run(ShardRows rows, int from, float[] out, int outAt);
  }

  /** All rows at once against any three pieces of them. */
  private static void assertSameInPieces(int rows, int first, int second, int outputs, Sum sum) {
    float[] whole = new float[outputs + 2];
    sum.run(ShardRows.single(rows), 0, whole, 1);
    float[] pieces = new float[outputs + 2];
    int a = 1 + first % rows;
    int b = a + second % (rows - a + 1);
    sum.run(ShardRows.single(a), 0, pieces, 1);
    if (b > a) {
      sum.run(ShardRows.more(b - a), a, pieces, 1);
    }
    if (rows > b) {
      sum.run(ShardRows.more(rows - b), b, pieces, 1);
    }
    assertArrayEquals(whole, pieces);
  }

  @Property
  void shouldGoOnWithItsChainsWhenRowsComeInPieces(
      @ForAll @IntRange(min = 1, max = 30) int rows,
      @ForAll @IntRange(max = 30) int first,
      @ForAll @IntRange(max = 30) int second,
      @ForAll @IntRange(min = 1, max = 40) int in,
      @ForAll @IntRange(min = 1, max = 40) int out,
      @ForAll long seed) {
    float[] x = new Data(seed).next(rows * in + 5);
    float[] g = new Data(~seed).next(rows * out + 5);
    assertSameInPieces(
        rows,
        first,
        second,
        in * out,
        (part, from, dw, at) ->
            tested.weightGradient(part, in, out, x, from * in, g, from * out, dw, at));
    assertSameInPieces(
        rows,
        first,
        second,
        out,
        (part, from, db, at) -> tested.biasGradient(part, out, g, from * out, db, at));
  }

  @Property
  void shouldGoOnWithItsChainsWhenImagesComeInPieces(
      @ForAll("convolutions") ConvShape shape,
      @ForAll @IntRange(min = 1, max = 4) int rows,
      @ForAll @IntRange(max = 4) int first,
      @ForAll @IntRange(max = 4) int second,
      @ForAll long seed) {
    int in = shape.inputSize();
    int out = shape.outputSize();
    float[] x = new Data(seed).next(rows * in + 5);
    float[] g = new Data(~seed).next(rows * out + 5);
    assertSameInPieces(
        rows,
        first,
        second,
        (shape.taps() + 1) * shape.filters(),
        (part, from, dw, at) ->
            tested.convolveWeightGradient(shape, part, x, from * in, g, from * out, dw, at));
  }

  @Property
  void shouldGoOnWithItsChainsWhenPooledImagesComeInPieces(
      @ForAll("pooledConvolutions") ConvShape convolution,
      @ForAll @IntRange(min = 1, max = 4) int rows,
      @ForAll @IntRange(max = 4) int first,
      @ForAll @IntRange(max = 4) int second,
      @ForAll long seed) {
    PooledConvShape shape = new PooledConvShape(convolution, true, false, false);
    int in = convolution.inputSize();
    int out = shape.outputSize();
    float[] x = new Data(seed).nextFromStart(rows * in);
    float[] w = new Data(seed + 1).nextFromStart(convolution.taps() * convolution.filters());
    float[] b = new float[convolution.filters()];
    float[] g = new Data(~seed).nextFromStart(rows * out);
    assertSameInPieces(
        rows,
        first,
        second,
        (convolution.taps() + 1) * convolution.filters(),
        (part, from, dw, at) -> {
          float[] images = Arrays.copyOfRange(x, from * in, x.length);
          float[] winners = new float[part.rows() * out];
          float[] y = new float[winners.length];
          tested.convolveMaxPool(shape, part.rows(), images, w, 0, b, 0, winners, y);
          float[] gradients = Arrays.copyOfRange(g, from * out, g.length);
          tested.convolveMaxPoolGradients(
              shape, part, images, w, 0, winners, gradients, dw, at, null);
        });
  }

  @Property
  void shouldGiveTheDefinedBitsOfActivations(
      @ForAll @IntRange(max = 100) int n, @ForAll long seed) {
    float scale = new float[] {0.3f, 3f, 30f, 200f}[(int) (seed >>> 8 & 3)];
    for (int function = 0; function < 3; function++) {
      int which = function;
      assertSameBits(
          seed,
          n,
          (kernels, data, y, yAt) -> {
            float[] x = data.next(n);
            for (int i = 0; i < x.length; i++) {
              x[i] *= scale;
            }
            switch (which) {
              case 0 -> kernels.exp(n, x, data.at(), y, yAt);
              case 1 -> kernels.tanh(n, x, data.at(), y, yAt);
              default -> kernels.sigmoid(n, x, data.at(), y, yAt);
            }
          });
    }
  }

  @Property(tries = 20)
  void shouldComputeActivationsInPlace(@ForAll @IntRange(max = 100) int n, @ForAll long seed) {
    float[] x = new Data(seed).next(n);
    float[] expected = new float[x.length];
    reference.tanh(x.length, x, 0, expected, 0);
    tested.tanh(x.length, x, 0, x, 0);
    assertArrayEquals(expected, x);
  }

  @Property
  void shouldGiveTheDefinedBitsOfMaxPooling(
      @ForAll @IntRange(max = 9) int planes,
      @ForAll @IntRange(min = 1, max = 40) int height,
      @ForAll @IntRange(min = 1, max = 40) int width,
      @ForAll @IntRange(min = 1, max = 3) int size,
      @ForAll @IntRange(min = 1, max = 3) int stride,
      @ForAll boolean relu,
      @ForAll long seed) {
    int window = Math.min(size, Math.min(height, width));
    assertSamePooling(seed, planes, new PoolShape(height, width, window, stride), relu);
  }

  @Property
  void shouldGiveTheDefinedBitsOfMaxPoolingByTwo(
      @ForAll @IntRange(max = 9) int planes,
      @ForAll @IntRange(min = 2, max = 70) int height,
      @ForAll @IntRange(min = 2, max = 70) int width,
      @ForAll boolean relu,
      @ForAll long seed) {
    assertSamePooling(seed, planes, new PoolShape(height, width, 2, 2), relu);
  }

  /** Of few different values, so that windows hold equal ones and zeros of either sign. */
  private void assertSamePooling(long seed, int planes, PoolShape shape, boolean relu) {
    Random random = new Random(seed);
    float[] few = {-2f, -1f, -0f, 0f, 0.5f, 1f, Float.NEGATIVE_INFINITY};
    float[] x = new float[planes * shape.inputs()];
    for (int i = 0; i < x.length; i++) {
      x[i] = random.nextBoolean() ? few[random.nextInt(few.length)] : random.nextFloat() - 0.5f;
    }
    float[] g = new float[planes * shape.outputs()];
    for (int i = 0; i < g.length; i++) {
      g[i] = random.nextInt(4) == 0 ? -0f : random.nextFloat() - 0.5f;
    }
    float[][] expected = pool(reference, shape, planes, relu, x, g);
    float[][] actual = pool(tested, shape, planes, relu, x, g);
    for (int i = 0; i < expected.length; i++) {
      assertArrayEquals(expected[i], actual[i]);
    }
  }

  /** Outputs, winners and the input's gradient, each with more behind it that is not theirs. */
  private static float[][] pool(
      Kernels kernels, PoolShape shape, int planes, boolean relu, float[] x, float[] g) {
    float[] y = new float[g.length + 3];
    Arrays.fill(y, UNTOUCHED);
    float[] winners = y.clone();
    float[] dx = new float[x.length + 3];
    Arrays.fill(dx, UNTOUCHED);
    kernels.maxPool(shape, planes, relu, x, y, winners);
    kernels.maxPoolGradient(shape, planes, winners, g, dx);
    return new float[][] {y, winners, dx};
  }

  @Property
  void shouldGiveTheDefinedBitsOfPooledConvolution(
      @ForAll("pooledConvolutions") ConvShape shape,
      @ForAll("fewShards") ShardRows shards,
      @ForAll boolean relu,
      @ForAll long seed) {
    boolean inputWanted = (seed & 1) == 0;
    float[][] expected = convolveAndPool(reference, shape, shards, relu, inputWanted, seed);
    float[][] actual = convolveAndPool(tested, shape, shards, relu, inputWanted, seed);
    for (int i = 0; i < expected.length; i++) {
      assertArrayEquals(expected[i], actual[i]);
    }
  }

  /** Outputs and gradients, in tiles inside where the kernels know them and sizes are so. */
  static float[][] convolveAndPool(
      Kernels kernels,
      ConvShape convolution,
      ShardRows shards,
      boolean relu,
      boolean inputWanted,
      long seed) {
    int tile = kernels.tile();
    boolean tiles = tile > 0 && (seed & 2) == 0;
    boolean in = tiles && convolution.stride() == 1 && convolution.channels() % tile == 0;
    boolean out = tiles && convolution.filters() % tile == 0;
    PooledConvShape shape = new PooledConvShape(convolution, relu, in, out);
    int rows = shards.rows();
    int filters = convolution.filters();
    Data data = new Data(seed);
    float[] x = data.nextFromStart(rows * convolution.inputSize());
    float[] w = data.next(convolution.taps() * filters);
    int wAt = data.at();
    float[] b = data.next(filters);
    int bAt = data.at();
    float[] g = data.nextFromStart(rows * shape.outputSize());
    float[] y = new float[g.length];
    float[] winners = new float[g.length];
    float[] dw = new float[wAt + (convolution.taps() + 1) * filters + 3];
    float[] dx = new float[x.length];
    for (float[] output : new float[][] {y, dw, dx}) {
      Arrays.fill(output, UNTOUCHED);
    }
    int inputs = convolution.height() * convolution.width();
    int outputs = shape.pool().outputs();
    int channels = convolution.channels();
    float[] input = TiledImages.of(x, rows, channels, inputs, in ? tile : 1);
    float[] gradient = TiledImages.of(g, rows, filters, outputs, out ? tile : 1);
    kernels.convolveMaxPool(shape, rows, input, w, wAt, b, bAt, winners, y);
    kernels.convolveMaxPoolGradients(
        shape, shards, input, w, wAt, winners, gradient, dw, wAt, inputWanted ? dx : null);
    return new float[][] {
      TiledImages.undone(y, rows, filters, outputs, out ? tile : 1),
      dw,
      TiledImages.undone(dx, rows, channels, inputs, in ? tile : 1)
    };
  }

  @Property(tries = 300)
  void shouldFindFirstNonFiniteValue(@ForAll long seed, @ForAll @IntRange(max = 300) int n) {
    Random random = new Random(seed);
    float[] x = new float[n + 2];
    for (int i = 0; i < x.length; i++) {
      x[i] = random.nextInt(8) == 0 ? Float.MAX_VALUE : -random.nextFloat();
    }
    int from = 1 + random.nextInt(n + 1);
    int to = from + random.nextInt(n + 2 - from);
    assertEquals(-1, tested.firstNonFinite(x, from, to));
    // Neither of those beside the range counts.
    x[from - 1] = Float.NaN;
    if (to < x.length) {
      x[to] = Float.NEGATIVE_INFINITY;
    }
    assertEquals(-1, tested.firstNonFinite(x, from, to));
    for (int bad = 0; bad < random.nextInt(4) && from < to; bad++) {
      x[from + random.nextInt(to - from)] = random.nextBoolean() ? Float.NaN : 1f / 0;
    }
    assertEquals(reference.firstNonFinite(x, from, to), tested.firstNonFinite(x, from, to));
  }

  /** Blocks of uneven shards, some of them empty. */
  @Provide
  Arbitrary<ShardRows> shards() {
    return Arbitraries.integers()
        .between(0, 9)
        .array(int[].class)
        .ofMinSize(1)
        .ofMaxSize(20)
        .map(KernelsContract::shardsOf);
  }

  @Provide
  Arbitrary<ShardRows> fewShards() {
    return Arbitraries.integers()
        .between(0, 2)
        .array(int[].class)
        .ofMinSize(1)
        .ofMaxSize(5)
        .map(KernelsContract::shardsOf);
  }

  static ShardRows shardsOf(int... sizes) {
    int[] bounds = new int[sizes.length + 1];
    for (int s = 0; s < sizes.length; s++) {
      bounds[s + 1] = bounds[s] + sizes[s];
    }
    return new ShardRows(bounds);
  }

  @Provide
  Arbitrary<ConvShape> convolutions() {
    Arbitrary<Integer> channels = Arbitraries.integers().between(1, 40);
    Arbitrary<Integer> size = Arbitraries.integers().between(1, 12);
    Arbitrary<Integer> kernel = Arbitraries.integers().between(1, 5);
    Arbitrary<Integer> filters = Arbitraries.integers().between(1, 70);
    Arbitrary<Integer> stride = Arbitraries.integers().between(1, 3);
    Arbitrary<Integer> pad = Arbitraries.integers().between(0, 4);
    return Combinators.combine(channels, size, size, filters, kernel, kernel, stride, pad)
        .as(KernelsContract::convolution);
  }

  @Provide
  Arbitrary<ConvShape> pooledConvolutions() {
    Arbitrary<Integer> channels = Arbitraries.of(1, 3, 13, 16, 32, 64);
    Arbitrary<Integer> size = Arbitraries.integers().between(2, 17);
    Arbitrary<Integer> kernel = Arbitraries.integers().between(1, 4);
    Arbitrary<Integer> filters = Arbitraries.of(16, 32, 48);
    Arbitrary<Integer> stride = Arbitraries.integers().between(1, 2);
    Arbitrary<Integer> pad = Arbitraries.integers().between(0, 3);
    return Combinators.combine(channels, size, size, filters, kernel, kernel, stride, pad)
        .as(KernelsContract::convolution)
        .filter(shape -> shape.outHeight() > 1 && shape.outWidth() > 1);
  }

  /** The kernel is cut to fit the padded image, the padding to fit the kernel. */
  private static ConvShape convolution(
      int channels, int height, int width, int filters, int kh, int kw, int stride, int pad) {
    int padHeight = Math.min(pad, kh - 1);
    int padWidth = Math.min(pad / 2, kw - 1);
    int tall = Math.max(height, kh - 2 * padHeight);
    int wide = Math.max(width, kw - 2 * padWidth);
    return new ConvShape(channels, tall, wide, filters, kh, kw, stride, padHeight, padWidth);
  }
}
