package dev.yamabiko.nn;

import dev.yamabiko.tensor.ConvShape;
import dev.yamabiko.tensor.KernelScratch;
import dev.yamabiko.tensor.Shape;
import java.util.List;

/**
 * Two-dimensional convolution (cross-correlation): Y[f,y,x] = b[f] + sum over (c,ky,kx) of X[c, y*s
 * + ky - p, x*s + kx - p] W[c,ky,kx,f], with stride s and p rows and columns of zeros around X.
 *
 * <p>Shapes: X [batch, channels, height, width], W [channels, kernelHeight, kernelWidth, filters],
 * b [filters], Y [batch, filters, (height + 2p - kernelHeight)/s + 1, (width + 2p - kernelWidth)/s
 * + 1].
 *
 * <p>Backward, given G = dL/dY: dW and db as sums over examples and pixels of X G and G; dX as the
 * convolution of G, spread out to the stride, with the flipped kernel.
 */
public final class Conv2d implements Layer {

  /**
   * {@code conv2d { filters, kernel, stride = 1, padding = 0, initializer = he }}; kernel is one
   * number or [height, width]; padding a number, or "same" (odd kernel, stride 1: output as large
   * as the input).
   */
  public record Spec(
      int filters,
      int kernelHeight,
      int kernelWidth,
      int stride,
      int padHeight,
      int padWidth,
      Initializer initializer)
      implements LayerSpec {
    @Override
    public String kind() {
      return "conv2d";
    }

    @Override
    public Layer build(Shape input) {
      int[] image = ImageShapes.require("conv2d", input);
      if (kernelHeight > image[1] + 2 * padHeight || kernelWidth > image[2] + 2 * padWidth) {
        throw new ShapeMismatchException(
            "conv2d kernel "
                + (kernelHeight + "x" + kernelWidth)
                + " is larger than its input "
                + input
                + (padHeight + padWidth > 0 ? " with padding" : "; add padding"));
      }
      ConvShape shape =
          new ConvShape(
              image[0],
              image[1],
              image[2],
              filters,
              kernelHeight,
              kernelWidth,
              stride,
              padHeight,
              padWidth);
      return new Conv2d(shape, initializer);
    }
  }

  private final ConvShape shape;
  private final List<Parameter> parameters;

  Conv2d(ConvShape shape, Initializer initializer) {
    this.shape = shape;
    int window = shape.kernelHeight() * shape.kernelWidth();
    int fanIn = shape.channels() * window;
    int fanOut = shape.filters() * window;
    Shape weight =
        Shape.of(shape.channels(), shape.kernelHeight(), shape.kernelWidth(), shape.filters());
    parameters =
        List.of(
            new Parameter("weight", weight, initializer, fanIn, fanOut),
            new Parameter("bias", Shape.of(shape.filters()), Initializer.ZEROS, fanIn, fanOut));
  }

  @Override
  public String describe() {
    return "conv2d %d %dx%d%s%s"
        .formatted(
            shape.filters(),
            shape.kernelHeight(),
            shape.kernelWidth(),
            shape.stride() > 1 ? " stride " + shape.stride() : "",
            shape.padHeight() + shape.padWidth() > 0 ? " padded" : "");
  }

  @Override
  public Shape inputShape() {
    return Shape.of(shape.channels(), shape.height(), shape.width());
  }

  @Override
  public Shape outputShape() {
    return Shape.of(shape.filters(), shape.outHeight(), shape.outWidth());
  }

  @Override
  public List<Parameter> parameters() {
    return parameters;
  }

  public ConvShape shape() {
    return shape;
  }

  /**
   * Refuses images so large that kernels for vectors of some width cannot hold what they keep of
   * one: any machine may have to compute it.
   *
   * @param inputGradient whether layers below are trained
   */
  void requireArrays(boolean inputGradient) {
    KernelScratch.Greediest scratch = KernelScratch.ofAnyVectors();
    scratch.convolution(shape, 1);
    long longest = scratch.longestOfConvolution(inputGradient);
    if (longest > KernelScratch.MOST_FLOATS) {
      throw new ShapeMismatchException(
          "conv2d from %s to %s expects arrays of at most %d floats to compute with but needs one of %d; take smaller images, fewer filters or a smaller kernel"
              .formatted(inputShape(), outputShape(), KernelScratch.MOST_FLOATS, longest));
    }
  }

  int biasAt(int offset) {
    return offset + shape.taps() * shape.filters();
  }

  @Override
  public void forward(LayerCall call, float[] x, float[] y, float[] saved) {
    float[] w = call.weights();
    int at = call.offset();
    call.kernels().convolve(shape, call.rows(), x, 0, w, at, w, biasAt(at), y, 0);
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
    int at = call.offset();
    // The bias follows the weight.
    call.kernels().convolveWeightGradient(shape, call.shards(), x, 0, g, 0, gradient, at);
    if (dx != null) {
      call.kernels().convolveInputGradient(shape, call.rows(), g, 0, call.weights(), at, dx, 0);
    }
  }

  @Override
  public void countScratch(KernelScratch scratch, int rows, int shards) {
    scratch.convolution(shape, shards);
  }

  @Override
  public void reference(LayerCall call, double[] w, double[] x, double[] y) {
    int rows = call.rows();
    int filters = shape.filters();
    int pixels = shape.outHeight() * shape.outWidth();
    double[] sum = new double[filters];
    for (int n = 0; n < rows; n++) {
      for (int pixel = 0; pixel < pixels; pixel++) {
        System.arraycopy(w, shape.taps() * filters, sum, 0, filters);
        addWindow(n, pixel / shape.outWidth(), pixel % shape.outWidth(), w, x, sum);
        for (int f = 0; f < filters; f++) {
          y[(n * filters + f) * pixels + pixel] = sum[f];
        }
      }
    }
  }

  private void addWindow(int n, int oy, int ox, double[] w, double[] x, double[] sum) {
    for (int c = 0; c < shape.channels(); c++) {
      for (int ky = 0; ky < shape.kernelHeight(); ky++) {
        for (int kx = 0; kx < shape.kernelWidth(); kx++) {
          int iy = oy * shape.stride() + ky - shape.padHeight();
          int ix = ox * shape.stride() + kx - shape.padWidth();
          if (iy >= 0 && iy < shape.height() && ix >= 0 && ix < shape.width()) {
            double value =
                x[((n * shape.channels() + c) * shape.height() + iy) * shape.width() + ix];
            int tap = (c * shape.kernelHeight() + ky) * shape.kernelWidth() + kx;
            for (int f = 0; f < sum.length; f++) {
              sum[f] += value * w[tap * sum.length + f];
            }
          }
        }
      }
    }
  }
}
