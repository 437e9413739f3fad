package dev.yamabiko.extension;

import dev.yamabiko.nn.Initializer;
import dev.yamabiko.nn.Layer;
import dev.yamabiko.nn.LayerSpec;
import dev.yamabiko.nn.Parameter;
import dev.yamabiko.tensor.Shape;
import java.util.List;

/**
 * As a user might write one: Y = w X + b X^2, with a w for each value and one b, whose gradient
 * gets as many terms of an example as that has values.
 *
 * @param bError what db is too large by, in parts of itself
 */
public record Stretch(float bError) implements LayerSpec {

  @Override
  public String kind() {
    return "stretch";
  }

  @Override
  public Layer build(Shape input) {
    int n = input.size();
    List<Parameter> parameters =
        List.of(
            new Parameter("w", input, Initializer.ONES, n, n),
            new Parameter("b", Shape.of(1), Initializer.ZEROS, n, n));
    return new PerExampleLayer("stretch", input, input, parameters) {
      @Override
      protected void forward(float[] w, float[] x, float[] y) {
        for (int i = 0; i < n; i++) {
          y[i] = w[i] * x[i] + w[n] * (x[i] * x[i]);
        }
      }

      @Override
      protected void backward(float[] w, float[] x, float[] y, float[] g, float[] dx, float[] dw) {
        for (int i = 0; i < n; i++) {
          dx[i] = g[i] * (w[i] + 2 * w[n] * x[i]);
          dw[i] += g[i] * x[i];
          dw[n] += (1 + bError) * (g[i] * (x[i] * x[i]));
        }
      }

      @Override
      protected void reference(double[] w, double[] x, double[] y) {
        for (int i = 0; i < n; i++) {
          y[i] = w[i] * x[i] + w[n] * x[i] * x[i];
        }
      }
    };
  }
}
