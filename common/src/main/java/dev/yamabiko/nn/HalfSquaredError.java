package dev.yamabiko.nn;

import dev.yamabiko.data.Targets;
import dev.yamabiko.tensor.Kernels;
import dev.yamabiko.tensor.Shape;

/**
 * Half squared error, for regression: E = 1/2 sum_k (y_k - t_k)^2; dE/dy_k = y_k - t_k.
 *
 * <p>E is added up in double precision, k ascending.
 */
public record HalfSquaredError() implements Loss {

  @Override
  public String kind() {
    return "half-squared-error";
  }

  @Override
  public void check(Shape output, Targets targets) {
    FlatTargets.requireValues(kind(), output, targets);
  }

  @Override
  public void evaluate(
      Kernels kernels, int rows, int features, float[] y, float[] t, double[] e, float[] g) {
    for (int n = 0; n < rows; n++) {
      double sum = 0;
      for (int k = n * features; k < (n + 1) * features; k++) {
        float difference = y[k] - t[k];
        sum += (double) difference * difference;
        if (g != null) {
          g[k] = difference;
        }
      }
      e[n] = sum / 2;
    }
  }

  @Override
  public double reference(int rows, int features, double[] y, double[] t) {
    double sum = 0;
    for (int k = 0; k < rows * features; k++) {
      sum += (y[k] - t[k]) * (y[k] - t[k]) / 2;
    }
    return sum / rows;
  }
}
