package dev.yamabiko.nn;

import dev.yamabiko.tensor.Shape;

/**
 * Y = X where X > 0, else slope X; dX = G or slope G. Maas, Hannun and Ng, "Rectifier
 * nonlinearities improve neural network acoustic models", ICML 2013. NaN stays NaN.
 */
public final class LeakyRelu implements Layer {

  /** {@code leaky-relu { slope = 0.01 }}. */
  public record Spec(float slope) implements LayerSpec {
    public static final float DEFAULT_SLOPE = 0.01f;

    @Override
    public String kind() {
      return "leaky-relu";
    }

    @Override
    public Layer build(Shape input) {
      return new LeakyRelu(slope, input);
    }
  }

  private final float slope;
  private final Shape shape;

  LeakyRelu(float slope, Shape shape) {
    this.slope = slope;
    this.shape = shape;
  }

  public float slope() {
    return slope;
  }

  @Override
  public String describe() {
    return "leaky-relu " + slope;
  }

  @Override
  public Shape inputShape() {
    return shape;
  }

  @Override
  public Shape outputShape() {
    return shape;
  }

  @Override
  public void forward(LayerCall call, float[] x, float[] y, float[] saved) {
    int n = call.rows() * shape.size();
    for (int i = 0; i < n; i++) {
      y[i] = x[i] > 0 ? x[i] : slope * x[i];
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
      dx[i] = x[i] > 0 ? g[i] : slope * g[i];
    }
  }

  @Override
  public void reference(LayerCall call, double[] w, double[] x, double[] y) {
    for (int i = 0; i < call.rows() * shape.size(); i++) {
      y[i] = x[i] > 0 ? x[i] : slope * x[i];
    }
  }
}
