package dev.yamabiko.nn;

import dev.yamabiko.data.Targets;
import dev.yamabiko.tensor.Kernels;
import dev.yamabiko.tensor.Shape;
import java.util.List;

/**
 * Cross-entropy of the softmax of the network's output, for classification. With p = softmax(y) and
 * the one-hot target t of class c: E = -sum_k t_k log p_k = log sum_k e^(y_k - m) - (y_c - m), m =
 * max y; dE/dy_k = p_k - t_k. Fused, so that no logarithm of a rounded probability is taken.
 *
 * @param classWeights E of an example, and its gradient, is multiplied by the weight of its class;
 *     the mean still divides by the number of examples. Empty: no weights
 * @param labelSmoothing a in [0, 1): the targets are t' = (1 - a) t + a / K, with K classes.
 *     Szegedy, Vanhoucke, Ioffe, Shlens and Wojna, "Rethinking the inception architecture for
 *     computer vision", CVPR 2016
 */
public record SoftmaxCrossEntropy(List<Float> classWeights, float labelSmoothing) implements Loss {

  public SoftmaxCrossEntropy {
    classWeights = List.copyOf(classWeights);
  }

  public SoftmaxCrossEntropy() {
    this(List.of(), 0);
  }

  @Override
  public String kind() {
    return "softmax-cross-entropy";
  }

  @Override
  public void check(Shape output, Targets targets) {
    FlatTargets.requireClasses(kind(), output, targets);
    FlatTargets.requireWeights(classWeights.size(), output.size());
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
      if (labelSmoothing != 0) {
        e[n] += labelSmoothing * (margin - meanMargin(features, y, at, max));
        float rest = labelSmoothing / features;
        for (int k = at; k < at + features; k++) {
          p[k] -= rest;
        }
      }
      p[target] -= 1 - labelSmoothing;
      if (!classWeights.isEmpty()) {
        float weight = classWeights.get((int) t[n]);
        e[n] *= weight;
        for (int k = at; k < at + features; k++) {
          p[k] *= weight;
        }
      }
    }
  }

  /** The mean of y_k - m, k ascending. */
  private static double meanMargin(int features, float[] y, int at, float max) {
    double sum = 0;
    for (int k = at; k < at + features; k++) {
      sum += (double) y[k] - max;
    }
    return sum / features;
  }

  /** Softmax. */
  @Override
  public void predict(
      Kernels kernels, int rows, int features, Targets targets, float[] y, float[] p) {
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
      double weight = classWeights.isEmpty() ? 1 : classWeights.get((int) t[n]);
      for (int k = 0; k < features; k++) {
        double target =
            (k == (int) t[n] ? 1.0 - labelSmoothing : 0) + labelSmoothing / (double) features;
        total += weight * target * (StrictMath.log(sum) - (y[n * features + k] - max));
      }
    }
    return total / rows;
  }
}
