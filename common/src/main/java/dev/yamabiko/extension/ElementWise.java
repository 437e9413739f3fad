package dev.yamabiko.extension;

import dev.yamabiko.nn.Layer;
import dev.yamabiko.nn.LayerCall;
import dev.yamabiko.nn.LayerSpec;
import dev.yamabiko.nn.MissingReferenceException;
import dev.yamabiko.tensor.Shape;

/**
 * A layer that makes of every number another one: Y = f(X) and dX = G f'(X), for inputs of any
 * shape. What implements it needs no more than f and f', and for {@code gradcheck} f once more in
 * double precision.
 */
public interface ElementWise extends LayerSpec {

  /** f(x). */
  float value(float x);

  /** f'(x). */
  float derivative(float x);

  /** f(x) straight from its definition; without it the layer trains, but is not to be checked. */
  default double reference(double x) {
    throw new MissingReferenceException(kind());
  }

  @Override
  default Layer build(Shape input) {
    ElementWise function = this;
    return new Layer() {
      @Override
      public String describe() {
        return kind();
      }

      @Override
      public Shape inputShape() {
        return input;
      }

      @Override
      public Shape outputShape() {
        return input;
      }

      @Override
      public void forward(LayerCall call, float[] x, float[] y, float[] saved) {
        int n = call.rows() * input.size();
        for (int i = 0; i < n; i++) {
          y[i] = function.value(x[i]);
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
        int n = call.rows() * input.size();
        for (int i = 0; i < n; i++) {
          dx[i] = g[i] * function.derivative(x[i]);
        }
      }

      @Override
      public void reference(LayerCall call, double[] w, double[] x, double[] y) {
        for (int i = 0; i < call.rows() * input.size(); i++) {
          y[i] = function.reference(x[i]);
        }
      }
    };
  }
}
