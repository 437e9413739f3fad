package dev.yamabiko.nn;

import dev.yamabiko.data.Targets;
import dev.yamabiko.tensor.Kernels;
import dev.yamabiko.tensor.Shape;

/**
 * Cross-entropy of the softmax of the network's output, for classification. With p = softmax(y) and
 * the one-hot target t of class c: E = -sum_k t_k log p_k = log sum_k e^(y_k - m) - (y_c - m), m =
 * max y; dE/dy_k = p_k - t_k. Fused, so that no logarithm of a rounded probability is taken.
 */
public record SoftmaxCrossEntropy() implements Loss {

  @Override
  public String kind() {
    return "softmax-cross-entropy";
  }

  @Override
  public void check(Shape output, Targets targets) {
    if (!(targets instanceof Targets.Classes classes)) {
      throw new ShapeMismatchException(
          "softmax-cross-entropy expects class labels but the data has numeric targets ("
              + targets.describe()
              + "); use half-squared-error");
    }
    if (output.rank() != 1 || output.size() != classes.count()) {
      throw new ShapeMismatchException(
          "softmax-cross-entropy expects the model to end in [%d], one output for each class, but it ends in %s"
              .formatted(classes.count(), output));
    }
  }

  @Override
  public void evaluate(
      Kernels kernels, int rows, int features, float[] y, float[] t, double[] e, float[] g) {
    float[] p = g != null ? g : new float[rows * features];
    for (int n = 0; n < rows; n++) {
      int at = n * features;
      float max = Softmax.max(features, y, at);
      int target = at + (int) t[n];
      double margin = (double) y[target] - max;
      float sum = Softmax.row(kernels, features, y, at, p);
      e[n] = StrictMath.log(sum) - margin;
      p[target] -= 1;
    }
  }

  /** Softmax. */
  @Override
  public void predict(Kernels kernels, int rows, int features, float[] y, float[] p) {
    for (int n = 0; n < rows; n++) {
      Softmax.row(kernels, features, y, n * features, p);
    }
  }

  @Override
  public double reference(int rows, int features, double[] y, double[] t) {
    double total = 0;
    for (int n = 0; n < rows; n++) {
      double max = Double.NEGATIVE_INFINITY;
      for (int k = n * features; k < (n + 1) * features; k++) {
        max = Math.max(max, y[k]);
      }
      double sum = 0;
      for (int k = n * features; k < (n + 1) * features; k++) {
        sum += StrictMath.exp(y[k] - max);
      }
      total += StrictMath.log(sum) - (y[n * features + (int) t[n]] - max);
    }
    return total / rows;
  }
}
