package dev.yamabiko.nn;

import dev.yamabiko.tensor.Kernels;
import dev.yamabiko.tensor.Shape;

/**
 * Softmax over the features of an example: y_i = e^(x_i - m) / sum_j e^(x_j - m), m = max x.
 *
 * <p>Shapes: X [batch, features], Y [batch, features].
 *
 * <p>Backward, given G = dL/dY: dx_i = y_i (g_i - sum_j g_j y_j).
 */
public final class Softmax implements Layer {

  /** {@code softmax}. */
  public record Spec() implements LayerSpec {
    @Override
    public String kind() {
      return "softmax";
    }

    @Override
    public Layer build(Shape input) {
      if (input.rank() != 1) {
        throw new ShapeMismatchException(
            "softmax expects a flat input [features] but gets "
                + input
                + "; put flatten before it");
      }
      return new Softmax(input.size());
    }
  }

  private final int features;

  Softmax(int features) {
    this.features = features;
  }

  @Override
  public String describe() {
    return "softmax";
  }

  @Override
  public Shape inputShape() {
    return Shape.of(features);
  }

  @Override
  public Shape outputShape() {
    return Shape.of(features);
  }

  @Override
  public void forward(LayerCall call, float[] x, float[] y, float[] saved) {
    for (int n = 0; n < call.rows(); n++) {
      row(call.kernels(), features, x, n * features, y);
    }
  }

  /** One row, in place of {@code y}; returns sum_j e^(x_j - m), added up in ascending j. */
  static float row(Kernels kernels, int features, float[] x, int at, float[] y) {
    float max = max(features, x, at);
    for (int j = at; j < at + features; j++) {
      y[j] = x[j] - max;
    }
    kernels.exp(features, y, at, y, at);
    float sum = 0;
    for (int j = at; j < at + features; j++) {
      sum += y[j];
    }
    for (int j = at; j < at + features; j++) {
      y[j] = y[j] / sum;
    }
    return sum;
  }

  static float max(int features, float[] x, int at) {
    float max = x[at];
    for (int j = at + 1; j < at + features; j++) {
      max = Math.max(max, x[j]);
    }
    return max;
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
    for (int n = 0; n < call.rows(); n++) {
      int at = n * features;
      float dot = 0;
      for (int j = at; j < at + features; j++) {
        dot = Math.fma(g[j], y[j], dot);
      }
      for (int j = at; j < at + features; j++) {
        dx[j] = y[j] * (g[j] - dot);
      }
    }
  }

  @Override
  public void reference(LayerCall call, double[] w, double[] x, double[] y) {
    int rows = call.rows();
    for (int n = 0; n < rows; n++) {
      double max = Double.NEGATIVE_INFINITY;
      for (int j = 0; j < features; j++) {
        max = Math.max(max, x[n * features + j]);
      }
      double sum = 0;
      for (int j = 0; j < features; j++) {
        y[n * features + j] = StrictMath.exp(x[n * features + j] - max);
        sum += y[n * features + j];
      }
      for (int j = 0; j < features; j++) {
        y[n * features + j] /= sum;
      }
    }
  }
}
