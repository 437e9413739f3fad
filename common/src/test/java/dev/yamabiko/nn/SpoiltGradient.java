package dev.yamabiko.nn;

import dev.yamabiko.tensor.Shape;
import java.util.List;

/** A layer whose backward pass is wrong in one way: what a gradient check must notice. */
record SpoiltGradient(LayerSpec right, Fault fault) implements LayerSpec {

  /** Changes what a right backward pass wrote. */
  interface Fault {
    /**
     * @param dx null for the first layer
     * @param own the parameters' gradient begins here in {@code gradient}
     */
    void spoil(float[] dx, float[] gradient, int own, int parameters);
  }

  @Override
  public String kind() {
    return right.kind();
  }

  @Override
  public Layer build(Shape input) {
    return new Spoilt(right.build(input), fault);
  }

  private record Spoilt(Layer right, Fault fault) implements Layer {
    @Override
    public String describe() {
      return right.describe();
    }

    @Override
    public Shape inputShape() {
      return right.inputShape();
    }

    @Override
    public Shape outputShape() {
      return right.outputShape();
    }

    @Override
    public List<Parameter> parameters() {
      return right.parameters();
    }

    @Override
    public int savedSize() {
      return right.savedSize();
    }

    @Override
    public void forward(LayerCall call, float[] x, float[] y, float[] saved) {
      right.forward(call, x, y, saved);
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
      right.backward(call, x, y, saved, g, dx, gradient);
      int parameters = right.parameters().stream().mapToInt(Parameter::size).sum();
      fault.spoil(dx, gradient, call.offset(), parameters);
    }

    @Override
    public void reference(LayerCall call, double[] w, double[] x, double[] y) {
      right.reference(call, w, x, y);
    }
  }
}
