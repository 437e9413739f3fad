package dev.yamabiko.nn;

import dev.yamabiko.tensor.Philox;
import dev.yamabiko.tensor.Shape;

/**
 * Inverted dropout: Y = X M, where an element of the mask M is 0 with probability {@code rate} and
 * otherwise 1 / (1 - rate), so that the mean stays; dX = G M. When evaluating, Y = X. Srivastava,
 * Hinton, Krizhevsky, Sutskever and Salakhutdinov, "Dropout: a simple way to prevent neural
 * networks from overfitting", JMLR 2014.
 *
 * <p>The mask of an example is drawn from its own stream, {@link Training#random}, one number for
 * each element in ascending order: it depends on the step, but not on who computes it.
 */
public final class Dropout implements Layer {

  /**
   * {@code dropout { rate = 0.5 }}.
   *
   * @param rate in [0, 1)
   */
  public record Spec(float rate) implements LayerSpec {
    public static final float DEFAULT_RATE = 0.5f;

    @Override
    public String kind() {
      return "dropout";
    }

    @Override
    public Layer build(Shape input) {
      return new Dropout(rate, input);
    }
  }

  private final float rate;
  private final Shape shape;

  Dropout(float rate, Shape shape) {
    this.rate = rate;
    this.shape = shape;
  }

  @Override
  public String describe() {
    return "dropout " + rate;
  }

  @Override
  public Shape inputShape() {
    return shape;
  }

  @Override
  public Shape outputShape() {
    return shape;
  }

  /** The mask. */
  @Override
  public int savedSize() {
    return shape.size();
  }

  @Override
  public void forward(LayerCall call, float[] x, float[] y, float[] saved) {
    int size = shape.size();
    if (call.training() == null) {
      System.arraycopy(x, 0, y, 0, call.rows() * size);
      return;
    }
    float kept = 1 / (1 - rate);
    for (int n = 0; n < call.rows(); n++) {
      Philox random = call.training().random(call.layer(), n);
      for (int i = n * size; i < (n + 1) * size; i++) {
        saved[i] = random.nextFloat() < rate ? 0 : kept;
        // A product, not a choice: infinity times 0 is NaN, and divergence is noticed.
        y[i] = x[i] * saved[i];
      }
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
    int values = call.rows() * shape.size();
    if (call.training() == null) {
      System.arraycopy(g, 0, dx, 0, values);
      return;
    }
    for (int i = 0; i < values; i++) {
      dx[i] = g[i] * saved[i];
    }
  }

  /** With the same mask, drawn again. */
  @Override
  public void reference(LayerCall call, double[] w, double[] x, double[] y) {
    int size = shape.size();
    if (call.training() == null) {
      System.arraycopy(x, 0, y, 0, call.rows() * size);
      return;
    }
    for (int n = 0; n < call.rows(); n++) {
      Philox random = call.training().random(call.layer(), n);
      for (int i = n * size; i < (n + 1) * size; i++) {
        y[i] = random.nextFloat() < rate ? 0 : x[i] / (1.0 - rate);
      }
    }
  }
}
