package dev.yamabiko.nn;

import dev.yamabiko.tensor.Functions;
import dev.yamabiko.tensor.Shape;

/**
 * Gaussian error linear unit: Y = X P(X) with P(x) = (1 + erf(x / sqrt 2)) / 2, the normal
 * distribution function; dX = G (P(X) + X e^(-X^2 / 2) / sqrt(2 pi)). Hendrycks and Gimpel,
 * "Gaussian error linear units (GELUs)", 2016, in the exact form, not the one by tanh.
 */
public final class Gelu implements Layer {

  private static final float SQRT_HALF = 0.70710678f;
  private static final float DENSITY = 0.39894228f;

  /** {@code gelu}. */
  public record Spec() implements LayerSpec {
    @Override
    public String kind() {
      return "gelu";
    }

    @Override
    public Layer build(Shape input) {
      return new Gelu(input);
    }
  }

  private final Shape shape;

  Gelu(Shape shape) {
    this.shape = shape;
  }

  @Override
  public String describe() {
    return "gelu";
  }

  @Override
  public Shape inputShape() {
    return shape;
  }

  @Override
  public Shape outputShape() {
    return shape;
  }

  /** P(X). */
  @Override
  public int savedSize() {
    return shape.size();
  }

  private static float distribution(float x) {
    return 0.5f + 0.5f * Functions.erf(x * SQRT_HALF);
  }

  @Override
  public void forward(LayerCall call, float[] x, float[] y, float[] saved) {
    int n = call.rows() * shape.size();
    for (int i = 0; i < n; i++) {
      saved[i] = distribution(x[i]);
      y[i] = x[i] * saved[i];
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
    int n = call.rows() * shape.size();
    for (int i = 0; i < n; i++) {
      float density = DENSITY * Functions.exp(-0.5f * (x[i] * x[i]));
      dx[i] = g[i] * Math.fma(x[i], density, saved[i]);
    }
  }

  @Override
  public void reference(LayerCall call, double[] w, double[] x, double[] y) {
    for (int i = 0; i < call.rows() * shape.size(); i++) {
      y[i] = x[i] * (1 + erf(x[i] / Math.sqrt(2))) / 2;
    }
  }

  /**
   * erf x = 2 / sqrt(pi) e^(-x^2) sum over n >= 0 of 2^n x^(2n+1) / (1 3 5 ... (2n+1)), all of
   * whose terms have one sign: Abramowitz and Stegun, 7.1.6.
   */
  private static double erf(double x) {
    if (Math.abs(x) > 6) {
      return Math.signum(x);
    }
    double term = x;
    double sum = x;
    for (int n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
      term *= 2 * x * x / (2 * n + 1);
      sum += term;
    }
    return 2 / Math.sqrt(Math.PI) * StrictMath.exp(-x * x) * sum;
  }
}
