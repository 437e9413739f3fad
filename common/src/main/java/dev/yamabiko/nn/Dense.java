package dev.yamabiko.nn;

import dev.yamabiko.tensor.KernelScratch;
import dev.yamabiko.tensor.Shape;
import java.util.List;

/**
 * Fully connected layer: Y = X W + b.
 *
 * <p>Shapes: X [batch, in], W [in, out], b [out], Y [batch, out].
 *
 * <p>Backward, given G = dL/dY: dW = X^T G, db = column sums of G, dX = G W^T.
 */
public final class Dense implements Layer {

  /** {@code dense { units, initializer = he }}; biases begin at zero. */
  public record Spec(int units, Initializer initializer) implements LayerSpec {
    @Override
    public String kind() {
      return "dense";
    }

    @Override
    public Layer build(Shape input) {
      if (input.rank() != 1) {
        throw new ShapeMismatchException(
            "dense expects a flat input [features] but gets " + input + "; put flatten before it");
      }
      return new Dense(input.size(), units, initializer);
    }
  }

  private final int in;
  private final int out;
  private final boolean relu;
  private final List<Parameter> parameters;

  Dense(int in, int out, Initializer initializer) {
    this(
        in,
        out,
        false,
        List.of(
            new Parameter("weight", Shape.of(in, out), initializer, in, out),
            new Parameter("bias", Shape.of(out), Initializer.ZEROS, in, out)));
  }

  private Dense(int in, int out, boolean relu, List<Parameter> parameters) {
    this.in = in;
    this.out = out;
    this.relu = relu;
    this.parameters = parameters;
  }

  /** This layer and a relu behind it in one. */
  Dense withRelu() {
    return new Dense(in, out, true, parameters);
  }

  @Override
  public String describe() {
    return "dense " + out + (relu ? ", relu" : "");
  }

  @Override
  public Shape inputShape() {
    return Shape.of(in);
  }

  @Override
  public Shape outputShape() {
    return Shape.of(out);
  }

  @Override
  public List<Parameter> parameters() {
    return parameters;
  }

  private int biasAt(int offset) {
    return offset + in * out;
  }

  @Override
  public void forward(LayerCall call, float[] x, float[] y, float[] saved) {
    float[] w = call.weights();
    int at = call.offset();
    call.kernels().affine(call.rows(), in, out, x, 0, w, at, w, biasAt(at), relu, y, 0);
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
    int at = call.offset();
    if (relu) {
      Activation.Kind.RELU.backward(call.rows() * out, y, g, g);
    }
    call.kernels().biasGradient(call.shards(), out, g, 0, gradient, biasAt(at));
    call.kernels()
        .weightGradient(
            call.shards(),
            in,
            out,
            x,
            0,
            g,
            0,
            gradient,
            at,
            row -> call.listener().finalFrom(at + row * out));
    if (dx != null) {
      call.kernels().inputGradient(call.rows(), in, out, g, 0, call.weights(), at, dx, 0);
    }
  }

  @Override
  public void countScratch(KernelScratch scratch, int rows, int shards) {
    scratch.dense(rows, in, out, shards);
  }

  @Override
  public void reference(LayerCall call, double[] w, double[] x, double[] y) {
    int rows = call.rows();
    for (int n = 0; n < rows; n++) {
      System.arraycopy(w, in * out, y, n * out, out);
      for (int i = 0; i < in; i++) {
        for (int j = 0; j < out; j++) {
          y[n * out + j] += x[n * in + i] * w[i * out + j];
        }
      }
    }
  }
}
