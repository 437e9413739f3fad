package dev.yamabiko.nn;

import dev.yamabiko.data.Targets;
import dev.yamabiko.tensor.Kernels;
import dev.yamabiko.tensor.Shape;

/**
 * Huber's loss, for regression with outliers: with d = y_k - t_k, E is the sum over k of d^2 / 2
 * where |d| <= delta, else delta (|d| - delta / 2); dE/dy_k = max(-delta, min(d, delta)). Huber,
 * "Robust estimation of a location parameter", Annals of Mathematical Statistics 1964.
 *
 * <p>E is added up in double precision, k ascending.
 *
 * @param delta greater than 0, in the units that the model sees: normalized ones, where targets are
 */
public record Huber(float delta) implements Loss {

  public static final float DEFAULT_DELTA = 1;

  @Override
  public String kind() {
    return "huber";
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
        sum += error(difference);
        if (g != null) {
          g[k] = Math.max(-delta, Math.min(difference, delta));
        }
      }
      e[n] = sum;
    }
  }

  private double error(double difference) {
    double size = Math.abs(difference);
    return size <= delta ? size * size / 2 : delta * (size - delta / 2.0);
  }

  @Override
  public double reference(int rows, int features, double[] y, double[] t) {
    double sum = 0;
    for (int k = 0; k < rows * features; k++) {
      double d = y[k] - t[k];
      double inside = Math.min(Math.abs(d), delta);
      sum += inside * inside / 2 + delta * (Math.abs(d) - inside);
    }
    return sum / rows;
  }
}
