package dev.yamabiko.nn;

import dev.yamabiko.tensor.PoolShape;
import dev.yamabiko.tensor.Shape;
import java.util.Optional;

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
      return new MaxPool(image[0], new PoolShape(image[1], image[2], size, stride), false);
    }
  }

  private final int channels;
  private final PoolShape shape;

  /** Whether the input is that of the relu before this layer. */
  private final boolean relu;

  MaxPool(int channels, PoolShape shape, boolean relu) {
    this.channels = channels;
    this.shape = shape;
    this.relu = relu;
  }

  /** Of one channel. */
  public PoolShape shape() {
    return shape;
  }

  @Override
  public String describe() {
    int size = shape.size();
    return "max-pool %dx%d%s"
        .formatted(size, size, shape.stride() == size ? "" : " stride " + shape.stride());
  }

  @Override
  public Shape inputShape() {
    return Shape.of(channels, shape.height(), shape.width());
  }

  @Override
  public Shape outputShape() {
    return Shape.of(channels, shape.outHeight(), shape.outWidth());
  }

  /** The winner's place in its window. */
  @Override
  public int savedSize() {
    return outputShape().size();
  }

  /** The maximum of what relu lets by is what relu lets by of the maximum. */
  @Override
  public Optional<Layer> joinedWith(Layer before) {
    if (before instanceof Activation activation && activation.isRelu()) {
      return Optional.of(new MaxPool(channels, shape, true));
    }
    return before instanceof Conv2d convolution
        ? PooledConv2d.of(convolution, shape, relu)
        : Optional.empty();
  }

  @Override
  public void forward(LayerCall call, float[] x, float[] y, float[] saved) {
    call.kernels().maxPool(shape, call.rows() * channels, relu, x, y, saved);
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
    if (dx != null) {
      call.kernels().maxPoolGradient(shape, call.rows() * channels, saved, g, dx);
    }
  }

  @Override
  public void reference(LayerCall call, double[] w, double[] x, double[] y) {
    int planes = call.rows() * channels;
    int size = shape.size();
    int out = 0;
    for (int plane = 0; plane < planes; plane++) {
      for (int oy = 0; oy < shape.outHeight(); oy++) {
        for (int ox = 0; ox < shape.outWidth(); ox++, out++) {
          double best = Double.NEGATIVE_INFINITY;
          int top = plane * shape.inputs() + (oy * shape.width() + ox) * shape.stride();
          for (int place = 0; place < size * size; place++) {
            best = Math.max(best, x[top + place / size * shape.width() + place % size]);
          }
          y[out] = relu ? Math.max(best, 0) : best;
        }
      }
    }
  }
}
