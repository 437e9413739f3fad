package dev.yamabiko.tensor;

import java.util.function.IntConsumer;
import java.util.function.IntFunction;

/** The definition of {@link Kernels}, written down again without a thought for speed. */
final class NaiveKernels implements Kernels {

  @Override
  public String name() {
    return "naive";
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
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < out; j++) {
        float c = 0f;
        for (int k = 0; k < in; k++) {
          c = Math.fma(x[xAt + i * in + k], w[wAt + k * out + j], c);
        }
        c = c + b[bAt + j];
        y[yAt + i * out + j] = relu ? Math.max(c, 0f) : c;
      }
    }
  }

  @Override
  public void inputGradient(
      int rows, int in, int out, float[] g, int gAt, float[] w, int wAt, float[] dx, int dxAt) {
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < in; j++) {
        float c = 0f;
        for (int k = 0; k < out; k++) {
          c = Math.fma(g[gAt + i * out + k], w[wAt + j * out + k], c);
        }
        dx[dxAt + i * in + j] = c;
      }
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
    for (int i = 0; i < in; i++) {
      for (int j = 0; j < out; j++) {
        int left = xAt + i;
        int right = gAt + j;
        Float sum =
            alongTree(
                0,
                shards.shards(),
                s -> {
                  Float c = shards.isEmpty(s) ? null : 0f;
                  for (int row = shards.from(s); row < shards.to(s); row++) {
                    c = Math.fma(x[left + row * in], g[right + row * out], c);
                  }
                  return c;
                });
        dw[dwAt + i * out + j] = sum == null ? 0f : sum;
      }
    }
  }

  @Override
  public void biasGradient(
      ShardRows shards, int columns, float[] g, int gAt, float[] db, int dbAt) {
    sumPixels(shards, columns, 1, g, gAt, db, dbAt);
  }

  private static void sumPixels(
      ShardRows shards, int columns, int pixels, float[] g, int gAt, float[] db, int dbAt) {
    for (int column = 0; column < columns; column++) {
      int first = gAt + column * pixels;
      Float sum =
          alongTree(
              0,
              shards.shards(),
              s -> {
                Float c = shards.isEmpty(s) ? null : 0f;
                for (int row = shards.from(s); row < shards.to(s); row++) {
                  for (int p = 0; p < pixels; p++) {
                    c += g[first + row * columns * pixels + p];
                  }
                }
                return c;
              });
      db[dbAt + column] = sum == null ? 0f : sum;
    }
  }

  /** The node for [low, high), by recursion; null if absent. */
  static Float alongTree(int low, int high, IntFunction<Float> leaf) {
    if (high - low == 1) {
      return leaf.apply(low);
    }
    int middle = low + Integer.highestOneBit(high - low - 1);
    Float left = alongTree(low, middle, leaf);
    Float right = alongTree(middle, high, leaf);
    if (left == null || right == null) {
      return left == null ? right : left;
    }
    return left + right;
  }

  /** X[n, c, y, x], zero in the padding. */
  private static float input(ConvShape s, float[] x, int at, int n, int c, int row, int column) {
    boolean inside = row >= 0 && row < s.height() && column >= 0 && column < s.width();
    return inside ? x[at + ((n * s.channels() + c) * s.height() + row) * s.width() + column] : 0f;
  }

  private static int weightAt(ConvShape s, int c, int ky, int kx, int f) {
    return ((c * s.kernelHeight() + ky) * s.kernelWidth() + kx) * s.filters() + f;
  }

  private static int outputAt(ConvShape s, int n, int f, int y, int x) {
    return ((n * s.filters() + f) * s.outHeight() + y) * s.outWidth() + x;
  }

  @Override
  public void convolve(
      ConvShape s,
      int rows,
      float[] x,
      int xAt,
      float[] w,
      int wAt,
      float[] b,
      int bAt,
      float[] y,
      int yAt) {
    for (int n = 0; n < rows; n++) {
      for (int f = 0; f < s.filters(); f++) {
        for (int oy = 0; oy < s.outHeight(); oy++) {
          for (int ox = 0; ox < s.outWidth(); ox++) {
            float sum = 0f;
            for (int c = 0; c < s.channels(); c++) {
              for (int ky = 0; ky < s.kernelHeight(); ky++) {
                for (int kx = 0; kx < s.kernelWidth(); kx++) {
                  int row = oy * s.stride() + ky - s.padHeight();
                  int column = ox * s.stride() + kx - s.padWidth();
                  float value = input(s, x, xAt, n, c, row, column);
                  sum = Math.fma(value, w[wAt + weightAt(s, c, ky, kx, f)], sum);
                }
              }
            }
            y[yAt + outputAt(s, n, f, oy, ox)] = sum + b[bAt + f];
          }
        }
      }
    }
  }

  @Override
  public void convolveInputGradient(
      ConvShape s, int rows, float[] g, int gAt, float[] w, int wAt, float[] dx, int dxAt) {
    int borderY = s.kernelHeight() - 1 - s.padHeight();
    int borderX = s.kernelWidth() - 1 - s.padWidth();
    for (int n = 0; n < rows; n++) {
      float[][][] spread =
          new float[s.filters()][s.height() + s.kernelHeight()][s.width() + s.kernelWidth()];
      for (int f = 0; f < s.filters(); f++) {
        for (int y = 0; y < s.outHeight(); y++) {
          for (int x = 0; x < s.outWidth(); x++) {
            spread[f][borderY + y * s.stride()][borderX + x * s.stride()] =
                g[gAt + outputAt(s, n, f, y, x)];
          }
        }
      }
      for (int c = 0; c < s.channels(); c++) {
        for (int y = 0; y < s.height(); y++) {
          for (int x = 0; x < s.width(); x++) {
            float sum = 0f;
            for (int f = 0; f < s.filters(); f++) {
              for (int ky = 0; ky < s.kernelHeight(); ky++) {
                for (int kx = 0; kx < s.kernelWidth(); kx++) {
                  int from = weightAt(s, c, s.kernelHeight() - 1 - ky, s.kernelWidth() - 1 - kx, f);
                  sum = Math.fma(spread[f][y + ky][x + kx], w[wAt + from], sum);
                }
              }
            }
            dx[dxAt + ((n * s.channels() + c) * s.height() + y) * s.width() + x] = sum;
          }
        }
      }
    }
  }

  @Override
  public void convolveWeightGradient(
      ConvShape s, ShardRows shards, float[] x, int xAt, float[] g, int gAt, float[] dw, int dwAt) {
    for (int c = 0; c < s.channels(); c++) {
      for (int ky = 0; ky < s.kernelHeight(); ky++) {
        for (int kx = 0; kx < s.kernelWidth(); kx++) {
          for (int f = 0; f < s.filters(); f++) {
            int channel = c;
            int shiftY = ky - s.padHeight();
            int shiftX = kx - s.padWidth();
            int filter = f;
            Float total =
                alongTree(
                    0,
                    shards.shards(),
                    shard -> {
                      Float sum = shards.isEmpty(shard) ? null : 0f;
                      for (int n = shards.from(shard); n < shards.to(shard); n++) {
                        for (int oy = 0; oy < s.outHeight(); oy++) {
                          for (int ox = 0; ox < s.outWidth(); ox++) {
                            int row = oy * s.stride() + shiftY;
                            int column = ox * s.stride() + shiftX;
                            float value = input(s, x, xAt, n, channel, row, column);
                            sum = Math.fma(value, g[gAt + outputAt(s, n, filter, oy, ox)], sum);
                          }
                        }
                      }
                      return sum;
                    });
            dw[dwAt + weightAt(s, c, ky, kx, f)] = total == null ? 0f : total;
          }
        }
      }
    }
    int dbAt = dwAt + s.taps() * s.filters();
    sumPixels(shards, s.filters(), s.outHeight() * s.outWidth(), g, gAt, dw, dbAt);
  }

  @Override
  public void maxPool(
      PoolShape s, int planes, boolean relu, float[] x, float[] y, float[] winners) {
    for (int out = 0; out < planes * s.outputs(); out++) {
      int winner = 0;
      float best = x[pooled(s, out, 0)];
      for (int place = 1; place < s.size() * s.size(); place++) {
        float value = x[pooled(s, out, place)];
        if (value > best) {
          winner = place;
        }
        best = Math.max(best, value);
      }
      y[out] = relu ? Math.max(best, 0f) : best;
      winners[out] = relu && best <= 0 ? MaxPooling.NO_WINNER : winner;
    }
  }

  @Override
  public void maxPoolGradient(PoolShape s, int planes, float[] winners, float[] g, float[] dx) {
    for (int i = 0; i < planes * s.inputs(); i++) {
      dx[i] = 0f;
    }
    for (int out = 0; out < planes * s.outputs(); out++) {
      if (winners[out] >= 0) {
        dx[pooled(s, out, (int) winners[out])] += g[out];
      }
    }
  }

  /** Where the place of an output's window is in the input. */
  private static int pooled(PoolShape s, int out, int place) {
    int plane = out / s.outputs();
    int row = out % s.outputs() / s.outWidth() * s.stride() + place / s.size();
    int column = out % s.outWidth() * s.stride() + place % s.size();
    return (plane * s.height() + row) * s.width() + column;
  }

  @Override
  public KernelScratch scratch() {
    throw new UnsupportedOperationException("arrays are made for every call");
  }

  @Override
  public int firstNonFinite(float[] x, int from, int to) {
    int i = from;
    while (i < to && Float.isFinite(x[i])) {
      i++;
    }
    return i < to ? i : -1;
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
    float[] convolved = new float[rows * convolution.outputSize()];
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
    float[] convolved = new float[rows * convolution.outputSize()];
    maxPoolGradient(shape.pool(), rows * convolution.filters(), winners, g, convolved);
    convolveWeightGradient(convolution, shards, x, 0, convolved, 0, dw, dwAt);
    if (dx != null) {
      convolveInputGradient(convolution, rows, convolved, 0, w, wAt, dx, 0);
    }
  }

  @Override
  public void roundStochastically(
      long seed, long step, long node, float[] x, int at, int from, int to) {
    for (int i = from; i < to; i++) {
      int random = StochasticRounding.random(seed, step, node, i);
      x[at + i - from] = Bfloat16.stochastic(x[at + i - from], random);
    }
  }
}
