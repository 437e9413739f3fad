package dev.yamabiko.extension;

import dev.yamabiko.data.Targets;
import dev.yamabiko.nn.Loss;
import dev.yamabiko.tensor.Functions;
import dev.yamabiko.tensor.Kernels;
import dev.yamabiko.tensor.Shape;

/**
 * The likelihood of values under normal distributions: of K values the first K outputs are the
 * means m, the others the logarithms s of the variances. E = sum_k (s_k + (t_k - m_k)^2 e^-s_k) /
 * 2. Nix and Weigend, "Estimating the mean and variance of the target probability distribution",
 * 1994.
 *
 * @param says whether {@link #predict} and {@link #predictedWidth} say that only means are values
 */
public record MeanAndVariance(boolean says) implements Loss {

  @Override
  public String kind() {
    return "mean-and-variance";
  }

  @Override
  public void check(Shape output, Targets targets) {
    // As forgetful as a user's may be.
  }

  @Override
  public void evaluate(
      Kernels kernels, int rows, int features, float[] y, float[] t, double[] e, float[] g) {
    int width = features / 2;
    for (int n = 0; n < rows; n++) {
      e[n] = 0;
      for (int k = 0; k < width; k++) {
        int m = n * features + k;
        int s = m + width;
        float d = y[m] - t[n * width + k];
        float precision = Functions.exp(-y[s]);
        e[n] += (y[s] + (double) d * d * precision) / 2;
        if (g != null) {
          g[m] = d * precision;
          g[s] = (1 - d * d * precision) / 2;
        }
      }
    }
  }

  @Override
  public void predict(
      Kernels kernels, int rows, int features, Targets targets, float[] y, float[] p) {
    int width = predictedWidth(features, targets);
    for (int n = 0; n < rows; n++) {
      System.arraycopy(y, n * features, p, n * width, width);
    }
  }

  @Override
  public int predictedWidth(int features, Targets targets) {
    return says ? targets.width() : features;
  }
}
