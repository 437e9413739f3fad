package dev.yamabiko.nn;

import dev.yamabiko.tensor.Kernels;
import dev.yamabiko.tensor.Shape;
import java.util.Optional;

/** An element-wise non-linear function: Y = f(X), dX = G * f'(X), written in terms of Y. */
public final class Activation implements Layer {

  /** The functions. */
  public enum Kind {
    /** max(x, 0); the derivative at 0 is 0. NaN stays NaN. */
    RELU("relu") {
      @Override
      void forward(Kernels kernels, int n, float[] x, float[] y) {
        for (int i = 0; i < n; i++) {
          y[i] = Math.max(x[i], 0f);
        }
      }

      @Override
      void backward(int n, float[] y, float[] g, float[] dx) {
        // y > 0 ? g : 0 without a branch, which would go wrong every other time and keep the loop
        // from
        // being vectorised: every positive float times 2^149 is at least 1, and + 0 turns -0 into
        // 0.
        for (int i = 0; i < n; i++) {
          float open = Math.min(y[i] * 0x1p127f * 0x1p22f, 1f);
          dx[i] = g[i] * open + 0f;
        }
      }

      @Override
      double reference(double x) {
        return Math.max(x, 0);
      }
    },
    /** 1 / (1 + e^-x); derivative y (1 - y). */
    SIGMOID("sigmoid") {
      @Override
      void forward(Kernels kernels, int n, float[] x, float[] y) {
        kernels.sigmoid(n, x, 0, y, 0);
      }

      @Override
      void backward(int n, float[] y, float[] g, float[] dx) {
        for (int i = 0; i < n; i++) {
          dx[i] = g[i] * (y[i] * (1 - y[i]));
        }
      }

      @Override
      double reference(double x) {
        return 1 / (1 + StrictMath.exp(-x));
      }
    },
    /** tanh x; derivative 1 - y^2. */
    TANH("tanh") {
      @Override
      void forward(Kernels kernels, int n, float[] x, float[] y) {
        kernels.tanh(n, x, 0, y, 0);
      }

      @Override
      void backward(int n, float[] y, float[] g, float[] dx) {
        for (int i = 0; i < n; i++) {
          dx[i] = g[i] * (1 - y[i] * y[i]);
        }
      }

      @Override
      double reference(double x) {
        return StrictMath.tanh(x);
      }
    };

    private final String key;

    Kind(String key) {
      this.key = key;
    }

    /** As job files spell it. */
    public String key() {
      return key;
    }

    abstract void forward(Kernels kernels, int n, float[] x, float[] y);

    abstract void backward(int n, float[] y, float[] g, float[] dx);

    abstract double reference(double x);
  }

  /** {@code relu}, {@code sigmoid} or {@code tanh}. */
  public record Spec(Kind function) implements LayerSpec {
    @Override
    public String kind() {
      return function.key();
    }

    @Override
    public Layer build(Shape input) {
      return new Activation(function, input);
    }
  }

  private final Kind function;
  private final Shape shape;

  Activation(Kind function, Shape shape) {
    this.function = function;
    this.shape = shape;
  }

  public Kind function() {
    return function;
  }

  boolean isRelu() {
    return function == Kind.RELU;
  }

  /** What a dense layer computes is still in the first-level cache when its own relu comes. */
  @Override
  public Optional<Layer> joinedWith(Layer before) {
    return isRelu() && before instanceof Dense dense
        ? Optional.of(dense.withRelu())
        : Optional.empty();
  }

  @Override
  public String describe() {
    return function.key();
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
    function.forward(call.kernels(), call.rows() * shape.size(), x, y);
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
      function.backward(call.rows() * shape.size(), y, g, dx);
    }
  }

  @Override
  public void reference(LayerCall call, double[] w, double[] x, double[] y) {
    int rows = call.rows();
    for (int i = 0; i < rows * shape.size(); i++) {
      y[i] = function.reference(x[i]);
    }
  }
}
