package dev.yamabiko.nn;

import dev.yamabiko.tensor.Shape;
import java.util.Arrays;

/**
 * Maximum over windows: Y[c,y,x] = max over (ky,kx) of X[c, y*s + ky, x*s + kx]; rows and columns
 * that fill no window are left out. Among equal values the first in row-major order wins; a NaN
 * makes the output NaN.
 *
 * <p>Shapes: X [batch, channels, height, width], Y [batch, channels, (height - size)/s + 1, (width
 * - size)/s + 1].
 *
 * <p>Backward: each window's gradient goes to its winner.
 */
public final class MaxPool implements Layer {

  /** {@code max-pool { size, stride = size }}. */
  public record Spec(int size, int stride) implements LayerSpec {
    @Override
    public String kind() {
      return "max-pool";
    }

    @Override
    public Layer build(Shape input) {
      int[] image = ImageShapes.require("max-pool", input);
      if (size < 1 || stride < 1) {
        throw new ShapeMismatchException(
            "size and stride must be at least 1 but are %d and %d".formatted(size, stride));
      }
      if (size > image[1] || size > image[2]) {
        throw new ShapeMismatchException(
            "max-pool window %dx%d is larger than its input %s".formatted(size, size, input));
      }
      return new MaxPool(image[0], image[1], image[2], size, stride);
    }
  }

  private final int channels;
  private final int height;
  private final int width;
  private final int size;
  private final int stride;
  private final int outHeight;
  private final int outWidth;

  MaxPool(int channels, int height, int width, int size, int stride) {
    this.channels = channels;
    this.height = height;
    this.width = width;
    this.size = size;
    this.stride = stride;
    outHeight = (height - size) / stride + 1;
    outWidth = (width - size) / stride + 1;
  }

  @Override
  public String describe() {
    return "max-pool %dx%d%s".formatted(size, size, stride == size ? "" : " stride " + stride);
  }

  @Override
  public Shape inputShape() {
    return Shape.of(channels, height, width);
  }

  @Override
  public Shape outputShape() {
    return Shape.of(channels, outHeight, outWidth);
  }

  /** The winner's place in its window, ky * size + kx, exact as a float. */
  @Override
  public int savedSize() {
    return outputShape().size();
  }

  @Override
  public void forward(LayerCall call, float[] x, float[] y, float[] saved) {
    int[] winners = new int[outWidth];
    int rows = call.rows() * channels * outHeight;
    for (int r = 0; r < rows; r++) {
      int top = (r / outHeight * height + r % outHeight * stride) * width;
      row(x, top, y, r * outWidth, winners);
      for (int ox = 0; ox < outWidth; ox++) {
        saved[r * outWidth + ox] = winners[ox];
      }
    }
  }

  /**
   * One row of outputs: place by place of the window, each over the whole row, without branches.
   */
  private void row(float[] x, int top, float[] y, int out, int[] winners) {
    for (int ox = 0; ox < outWidth; ox++) {
      y[out + ox] = x[top + ox * stride];
      winners[ox] = 0;
    }
    for (int place = 1; place < size * size; place++) {
      int from = top + place / size * width + place % size;
      for (int ox = 0; ox < outWidth; ox++) {
        float value = x[from + ox * stride];
        float best = y[out + ox];
        winners[ox] = value > best ? place : winners[ox];
        y[out + ox] = Math.max(best, value);
      }
    }
  }

  @Override
  public void backward(
      LayerCall call,
      float[] x,
      float[] y,
      float[] saved,
      float[] g,
      float[] dx,
      float[] gradient) {
    if (dx == null) {
      return;
    }
    int planes = call.rows() * channels;
    Arrays.fill(dx, 0, planes * height * width, 0f);
    int out = 0;
    for (int plane = 0; plane < planes; plane++) {
      for (int oy = 0; oy < outHeight; oy++) {
        int row = (plane * height + oy * stride) * width;
        for (int ox = 0; ox < outWidth; ox++, out++) {
          int winner = (int) saved[out];
          dx[row + ox * stride + winner / size * width + winner % size] += g[out];
        }
      }
    }
  }

  @Override
  public void reference(LayerCall call, double[] w, double[] x, double[] y) {
    int rows = call.rows();
    int out = 0;
    for (int plane = 0; plane < rows * channels; plane++) {
      for (int oy = 0; oy < outHeight; oy++) {
        for (int ox = 0; ox < outWidth; ox++, out++) {
          double best = Double.NEGATIVE_INFINITY;
          for (int ky = 0; ky < size; ky++) {
            for (int kx = 0; kx < size; kx++) {
              best =
                  Math.max(best, x[(plane * height + oy * stride + ky) * width + ox * stride + kx]);
            }
          }
          y[out] = best;
        }
      }
    }
  }
}
