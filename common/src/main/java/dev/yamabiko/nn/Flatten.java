package dev.yamabiko.nn;

import dev.yamabiko.tensor.Shape;

/** Y = X, its shape [channels, height, width] read as [channels * height * width]. */
public final class Flatten implements Layer {

  /** {@code flatten}. */
  public record Spec() implements LayerSpec {
    @Override
    public String kind() {
      return "flatten";
    }

    @Override
    public Layer build(Shape input) {
      return new Flatten(input);
    }
  }

  private final Shape input;

  Flatten(Shape input) {
    this.input = input;
  }

  @Override
  public String describe() {
    return "flatten";
  }

  @Override
  public Shape inputShape() {
    return input;
  }

  @Override
  public Shape outputShape() {
    return Shape.of(input.size());
  }

  @Override
  public boolean isView() {
    return true;
  }

  @Override
  public void forward(LayerCall call, float[] x, float[] y, float[] saved) {
    System.arraycopy(x, 0, y, 0, call.rows() * input.size());
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
    if (dx != null) {
      System.arraycopy(g, 0, dx, 0, call.rows() * input.size());
    }
  }

  @Override
  public void reference(LayerCall call, double[] w, double[] x, double[] y) {
    int rows = call.rows();
    System.arraycopy(x, 0, y, 0, rows * input.size());
  }
}
