package dev.yamabiko.nn;

import dev.yamabiko.tensor.Shape;
import java.util.Arrays;

/**
 * Mean over windows: Y[c,y,x] = 1/size^2 sum over (ky,kx) of X[c, y*s + ky, x*s + kx]; rows and
 * columns that fill no window are left out. Each sum runs over (ky,kx) ascending. Lecun, Bottou,
 * Bengio and Haffner, "Gradient-based learning applied to document recognition", 1998 (there with
 * learned coefficients).
 *
 * <p>Shapes: X [batch, channels, height, width], Y [batch, channels, (height - size)/s + 1, (width
 * - size)/s + 1].
 *
 * <p>Backward: every place of a window gets 1/size^2 of its gradient; where windows overlap, they
 * are added in row-major order of the windows.
 */
public final class AveragePool implements Layer {

  /** {@code average-pool { size = 2, stride = size }}. */
  public record Spec(int size, int stride) implements LayerSpec {
    @Override
    public String kind() {
      return "average-pool";
    }

    @Override
    public Layer build(Shape input) {
      int[] image = ImageShapes.require("average-pool", input);
      if (size < 1 || stride < 1) {
        throw new ShapeMismatchException(
            "size and stride must be at least 1 but are %d and %d".formatted(size, stride));
      }
      if (size > image[1] || size > image[2]) {
        throw new ShapeMismatchException(
            "average-pool window %dx%d is larger than its input %s".formatted(size, size, input));
      }
      return new AveragePool(image[0], image[1], image[2], size, stride);
    }
  }

  private final int channels;
  private final int height;
  private final int width;
  private final int size;
  private final int stride;
  private final int outHeight;
  private final int outWidth;

  AveragePool(int channels, int height, int width, int size, int stride) {
    this.channels = channels;
    this.height = height;
    this.width = width;
    this.size = size;
    this.stride = stride;
    outHeight = (height - size) / stride + 1;
    outWidth = (width - size) / stride + 1;
  }

  /** Height and width of a window. */
  public int size() {
    return size;
  }

  /** How far windows are apart. */
  public int stride() {
    return stride;
  }

  @Override
  public String describe() {
    return "average-pool %dx%d%s".formatted(size, size, stride == size ? "" : " stride " + stride);
  }

  @Override
  public Shape inputShape() {
    return Shape.of(channels, height, width);
  }

  @Override
  public Shape outputShape() {
    return Shape.of(channels, outHeight, outWidth);
  }

  /** Where the first window of an output row begins; the rows of all channels count on. */
  private int top(int row) {
    return (row / outHeight * height + row % outHeight * stride) * width;
  }

  @Override
  public void forward(LayerCall call, float[] x, float[] y, float[] saved) {
    float places = size * size;
    int rows = call.rows() * channels * outHeight;
    for (int r = 0; r < rows; r++) {
      int top = top(r);
      int out = r * outWidth;
      Arrays.fill(y, out, out + outWidth, 0f);
      for (int place = 0; place < size * size; place++) {
        int from = top + place / size * width + place % size;
        for (int ox = 0; ox < outWidth; ox++) {
          y[out + ox] += x[from + ox * stride];
        }
      }
      for (int ox = 0; ox < outWidth; ox++) {
        y[out + ox] /= places;
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
    float places = size * size;
    Arrays.fill(dx, 0, call.rows() * channels * height * width, 0f);
    int rows = call.rows() * channels * outHeight;
    for (int r = 0; r < rows; r++) {
      int top = top(r);
      for (int ox = 0; ox < outWidth; ox++) {
        float share = g[r * outWidth + ox] / places;
        for (int place = 0; place < size * size; place++) {
          dx[top + ox * stride + place / size * width + place % size] += share;
        }
      }
    }
  }

  @Override
  public void reference(LayerCall call, double[] w, double[] x, double[] y) {
    int out = 0;
    for (int plane = 0; plane < call.rows() * channels; plane++) {
      for (int oy = 0; oy < outHeight; oy++) {
        for (int ox = 0; ox < outWidth; ox++, out++) {
          double sum = 0;
          for (int ky = 0; ky < size; ky++) {
            for (int kx = 0; kx < size; kx++) {
              sum += x[(plane * height + oy * stride + ky) * width + ox * stride + kx];
            }
          }
          y[out] = sum / (size * size);
        }
      }
    }
  }
}
