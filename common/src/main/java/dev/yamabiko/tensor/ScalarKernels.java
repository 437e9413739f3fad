package dev.yamabiko.tensor;

import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * The definition of {@link Kernels} written with {@code Math.fma} and nothing else. Loops run so
 * that the innermost goes over neighbouring outputs; each output's own chain is as defined.
 */
public final class ScalarKernels implements Kernels {

  private final ShardSums sums = new ShardSums();
  private float[] weights = {};
  private float[] outputs = {};
  private float[] convolved = {};

  @Override
  public String name() {
    return "scalar";
  }

  @Override
  public void affine(
      int rows,
      int in,
      int out,
      float[] x,
      int xAt,
      float[] w,
      int wAt,
      float[] b,
      int bAt,
      boolean relu,
      float[] y,
      int yAt) {
    multiply(rows, in, out, x, xAt, w, wAt, y, yAt);
    for (int i = 0; i < rows; i++) {
      int row = yAt + i * out;
      for (int j = 0; j < out; j++) {
        float sum = y[row + j] + b[bAt + j];
        y[row + j] = relu ? Math.max(sum, 0f) : sum;
      }
    }
  }

  @Override
  public void inputGradient(
      int rows, int in, int out, float[] g, int gAt, float[] w, int wAt, float[] dx, int dxAt) {
    weights = atLeast(weights, in * out);
    for (int i = 0; i < in; i++) {
      for (int o = 0; o < out; o++) {
        weights[o * in + i] = w[wAt + i * out + o];
      }
    }
    multiply(rows, out, in, g, gAt, weights, 0, dx, dxAt);
  }

  /** C = A B: A [rows, steps], B [steps, columns]. */
  private static void multiply(
      int rows,
      int steps,
      int columns,
      float[] a,
      int aAt,
      float[] b,
      int bAt,
      float[] c,
      int cAt) {
    for (int i = 0; i < rows; i++) {
      int row = cAt + i * columns;
      Arrays.fill(c, row, row + columns, 0f);
      for (int k = 0; k < steps; k++) {
        addMultiple(columns, a[aAt + i * steps + k], b, bAt + k * columns, c, row);
      }
    }
  }

  /** c = a * b + c. */
  private static void addMultiple(int n, float a, float[] b, int bAt, float[] c, int cAt) {
    for (int j = 0; j < n; j++) {
      c[cAt + j] = Math.fma(a, b[bAt + j], c[cAt + j]);
    }
  }

  @Override
  public void weightGradient(
      ShardRows shards,
      int in,
      int out,
      float[] x,
      int xAt,
      float[] g,
      int gAt,
      float[] dw,
      int dwAt,
      IntConsumer finalFrom) {
    sums.begin(in * out);
    for (int s = 0; s < shards.shards(); s++) {
      if (!shards.isEmpty(s)) {
        float[] sum = sums.begun(shards, dw, dwAt);
        for (int row = shards.from(s); row < shards.to(s); row++) {
          for (int i = 0; i < in; i++) {
            addMultiple(out, x[xAt + row * in + i], g, gAt + row * out, sum, i * out);
          }
        }
      }
      sums.accept(!shards.isEmpty(s));
    }
    sums.finish(dw, dwAt);
    finalFrom.accept(0);
  }

  @Override
  public void biasGradient(
      ShardRows shards, int columns, float[] g, int gAt, float[] db, int dbAt) {
    sums.begin(columns);
    for (int s = 0; s < shards.shards(); s++) {
      if (!shards.isEmpty(s)) {
        float[] sum = sums.begun(shards, db, dbAt);
        for (int row = shards.from(s); row < shards.to(s); row++) {
          add(columns, g, gAt + row * columns, sum, 0);
        }
      }
      sums.accept(!shards.isEmpty(s));
    }
    sums.finish(db, dbAt);
  }

  private static void add(int n, float[] more, int moreAt, float[] sum, int sumAt) {
    for (int i = 0; i < n; i++) {
      sum[sumAt + i] += more[moreAt + i];
    }
  }

  @Override
  public void convolve(
      ConvShape shape,
      int rows,
      float[] x,
      int xAt,
      float[] w,
      int wAt,
      float[] b,
      int bAt,
      float[] y,
      int yAt) {
    int filters = shape.filters();
    int pixels = shape.outHeight() * shape.outWidth();
    outputs = atLeast(outputs, filters);
    for (int n = 0; n < rows; n++) {
      for (int pixel = 0; pixel < pixels; pixel++) {
        Arrays.fill(outputs, 0, filters, 0f);
        for (int tap = 0; tap < shape.taps(); tap++) {
          float value = inputAt(shape, x, xAt + n * shape.inputSize(), pixel, tap);
          addMultiple(filters, value, w, wAt + tap * filters, outputs, 0);
        }
        for (int f = 0; f < filters; f++) {
          y[yAt + (n * filters + f) * pixels + pixel] = outputs[f] + b[bAt + f];
        }
      }
    }
  }

  /** What the output pixel sees through this tap (channel, ky, kx): an input or the padding. */
  private static float inputAt(ConvShape shape, float[] x, int xAt, int pixel, int tap) {
    int kx = tap % shape.kernelWidth();
    int ky = tap / shape.kernelWidth() % shape.kernelHeight();
    int channel = tap / shape.kernelWidth() / shape.kernelHeight();
    int row = pixel / shape.outWidth() * shape.stride() + ky - shape.padHeight();
    int column = pixel % shape.outWidth() * shape.stride() + kx - shape.padWidth();
    if (row < 0 || row >= shape.height() || column < 0 || column >= shape.width()) {
      return 0f;
    }
    return x[xAt + (channel * shape.height() + row) * shape.width() + column];
  }

  @Override
  public void convolveInputGradient(
      ConvShape shape, int rows, float[] g, int gAt, float[] w, int wAt, float[] dx, int dxAt) {
    int channels = shape.channels();
    int pixels = shape.height() * shape.width();
    int window = shape.kernelHeight() * shape.kernelWidth();
    int filters = shape.filters();
    weights = atLeast(weights, channels * window * filters);
    for (int c = 0; c < channels; c++) {
      for (int k = 0; k < window; k++) {
        for (int f = 0; f < filters; f++) {
          int flipped = window - 1 - k;
          weights[(f * window + flipped) * channels + c] = w[wAt + (c * window + k) * filters + f];
        }
      }
    }
    outputs = atLeast(outputs, channels);
    for (int n = 0; n < rows; n++) {
      for (int pixel = 0; pixel < pixels; pixel++) {
        Arrays.fill(outputs, 0, channels, 0f);
        for (int tap = 0; tap < filters * window; tap++) {
          float value = gradientAt(shape, g, gAt + n * shape.outputSize(), pixel, tap);
          addMultiple(channels, value, weights, tap * channels, outputs, 0);
        }
        for (int c = 0; c < channels; c++) {
          dx[dxAt + (n * channels + c) * pixels + pixel] = outputs[c];
        }
      }
    }
  }

  /** What the input pixel receives through this tap (filter, ky', kx'): a gradient or a zero. */
  private static float gradientAt(ConvShape shape, float[] g, int gAt, int pixel, int tap) {
    int kx = tap % shape.kernelWidth();
    int ky = tap / shape.kernelWidth() % shape.kernelHeight();
    int filter = tap / shape.kernelWidth() / shape.kernelHeight();
    int row = pixel / shape.width() + ky - (shape.kernelHeight() - 1 - shape.padHeight());
    int column = pixel % shape.width() + kx - (shape.kernelWidth() - 1 - shape.padWidth());
    if (row < 0 || column < 0 || row % shape.stride() != 0 || column % shape.stride() != 0) {
      return 0f;
    }
    int y = row / shape.stride();
    int x = column / shape.stride();
    if (y >= shape.outHeight() || x >= shape.outWidth()) {
      return 0f;
    }
    return g[gAt + (filter * shape.outHeight() + y) * shape.outWidth() + x];
  }

  @Override
  public void convolveWeightGradient(
      ConvShape shape,
      ShardRows shards,
      float[] x,
      int xAt,
      float[] g,
      int gAt,
      float[] dw,
      int dwAt) {
    int filters = shape.filters();
    int pixels = shape.outHeight() * shape.outWidth();
    outputs = atLeast(outputs, filters);
    sums.begin((shape.taps() + 1) * filters);
    for (int s = 0; s < shards.shards(); s++) {
      if (!shards.isEmpty(s)) {
        float[] sum = sums.begun(shards, dw, dwAt);
        for (int row = shards.from(s); row < shards.to(s); row++) {
          for (int pixel = 0; pixel < pixels; pixel++) {
            for (int f = 0; f < filters; f++) {
              outputs[f] = g[gAt + (row * filters + f) * pixels + pixel];
            }
            for (int tap = 0; tap < shape.taps(); tap++) {
              float value = inputAt(shape, x, xAt + row * shape.inputSize(), pixel, tap);
              addMultiple(filters, value, outputs, 0, sum, tap * filters);
            }
            add(filters, outputs, 0, sum, shape.taps() * filters);
          }
        }
      }
      sums.accept(!shards.isEmpty(s));
    }
    sums.finish(dw, dwAt);
  }

  @Override
  public void maxPool(
      PoolShape shape, int planes, boolean relu, float[] x, float[] y, float[] winners) {
    MaxPooling.forward(shape, planes, relu, x, y, winners);
  }

  @Override
  public void maxPoolGradient(PoolShape shape, int planes, float[] winners, float[] g, float[] dx) {
    MaxPooling.gradient(shape, planes, winners, g, dx);
  }

  @Override
  public int tile() {
    return 0;
  }

  @Override
  public void convolveMaxPool(
      PooledConvShape shape,
      int rows,
      float[] x,
      float[] w,
      int wAt,
      float[] b,
      int bAt,
      float[] winners,
      float[] y) {
    ConvShape convolution = shape.convolution();
    convolved = atLeast(convolved, rows * convolution.outputSize());
    convolve(convolution, rows, x, 0, w, wAt, b, bAt, convolved, 0);
    maxPool(shape.pool(), rows * convolution.filters(), shape.relu(), convolved, y, winners);
  }

  @Override
  public void convolveMaxPoolGradients(
      PooledConvShape shape,
      ShardRows shards,
      float[] x,
      float[] w,
      int wAt,
      float[] winners,
      float[] g,
      float[] dw,
      int dwAt,
      float[] dx) {
    ConvShape convolution = shape.convolution();
    int rows = shards.rows();
    convolved = atLeast(convolved, rows * convolution.outputSize());
    maxPoolGradient(shape.pool(), rows * convolution.filters(), winners, g, convolved);
    convolveWeightGradient(convolution, shards, x, 0, convolved, 0, dw, dwAt);
    if (dx != null) {
      convolveInputGradient(convolution, rows, convolved, 0, w, wAt, dx, 0);
    }
  }

  @Override
  public KernelScratch scratch() {
    return new ScalarScratch();
  }

  @Override
  public int firstNonFinite(float[] x, int from, int to) {
    // x * 0 is 0 for every finite x, NaN else: one cheap pass, then a search only where needed.
    // Four sums, because each addition waits for the one before.
    float a = 0;
    float b = 0;
    float c = 0;
    float d = 0;
    int whole = from + (to - from) / 4 * 4;
    for (int i = from; i < whole; i += 4) {
      a += x[i] * 0f;
      b += x[i + 1] * 0f;
      c += x[i + 2] * 0f;
      d += x[i + 3] * 0f;
    }
    for (int i = whole; i < to; i++) {
      a += x[i] * 0f;
    }
    if (a + b + c + d == 0) {
      return -1;
    }
    for (int i = from; i < to; i++) {
      if (!Float.isFinite(x[i])) {
        return i;
      }
    }
    return -1;
  }

  @Override
  public void exp(int n, float[] x, int xAt, float[] y, int yAt) {
    for (int i = 0; i < n; i++) {
      y[yAt + i] = Functions.exp(x[xAt + i]);
    }
  }

  @Override
  public void tanh(int n, float[] x, int xAt, float[] y, int yAt) {
    for (int i = 0; i < n; i++) {
      y[yAt + i] = Functions.tanh(x[xAt + i]);
    }
  }

  @Override
  public void sigmoid(int n, float[] x, int xAt, float[] y, int yAt) {
    for (int i = 0; i < n; i++) {
      y[yAt + i] = Functions.sigmoid(x[xAt + i]);
    }
  }

  @Override
  public void roundStochastically(
      long seed, long step, long node, float[] x, int at, int from, int to) {
    StochasticRounding.round(seed, step, node, x, at, from, to);
  }

  private static float[] atLeast(float[] array, int length) {
    return array.length >= length ? array : new float[length];
  }
}
