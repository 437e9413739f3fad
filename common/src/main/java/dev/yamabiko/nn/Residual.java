package dev.yamabiko.nn;

import dev.yamabiko.tensor.Shape;
import java.util.List;

/**
 * Residual block: Y = F(X) + S(X), with F the layers of its body and S those of its shortcut, the
 * identity where there are none. He, Zhang, Ren and Sun, "Deep residual learning for image
 * recognition", CVPR 2016.
 *
 * <p>In a network a block is its layers and then this one, at which the two ways meet: it passes
 * the body's output on, and {@link Node#addend} is the shortcut's. Backward, G goes to both ways
 * unchanged.
 */
public final class Residual implements Layer {

  /** {@code residual { body = [...], shortcut = [] }}. */
  public record Spec(List<LayerSpec> body, List<LayerSpec> shortcut) implements LayerSpec {
    public Spec {
      body = List.copyOf(body);
      shortcut = List.copyOf(shortcut);
    }

    @Override
    public String kind() {
      return "residual";
    }

    /** The meeting point, for a body and a shortcut that end in this shape. */
    @Override
    public Layer build(Shape input) {
      return new Residual(input);
    }
  }

  private final Shape shape;

  Residual(Shape shape) {
    this.shape = shape;
  }

  @Override
  public String describe() {
    return "residual sum";
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
    System.arraycopy(x, 0, y, 0, call.rows() * shape.size());
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
      System.arraycopy(g, 0, dx, 0, call.rows() * shape.size());
    }
  }

  @Override
  public void reference(LayerCall call, double[] w, double[] x, double[] y) {
    System.arraycopy(x, 0, y, 0, call.rows() * shape.size());
  }
}
