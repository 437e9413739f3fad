package dev.yamabiko.nn;

import dev.yamabiko.tensor.Shape;
import dev.yamabiko.tensor.ShardRows;
import dev.yamabiko.tensor.ShardSums;
import java.util.Arrays;
import java.util.List;

/**
 * Layer normalisation: with the mean m and the population variance v of all values of an example, H
 * = (X - m) / sqrt(v + epsilon) and Y = H s + b, with a learned scale s and shift b for each value.
 * Ba, Kiros and Hinton, "Layer normalization", 2016. An image [channels, height, width] is
 * normalised over all of its values too, and has a scale and a shift for each of them.
 *
 * <p>Shapes: X, Y [batch, features] or [batch, channels, height, width]; s, b as one example.
 *
 * <p>Backward, given G = dL/dY: ds and db as the sums over examples of G H and G; with D = G s, dX
 * = (D - mean D - H mean(D H)) / sqrt(v + epsilon), the means over an example.
 *
 * <p>Means are added up in double precision, values ascending. Sums over examples run in float, one
 * chain per shard, and along the tree over shards.
 */
public final class LayerNorm implements Layer {

  /** {@code layer-norm { epsilon = 1e-5 }}; scales begin at one, shifts at zero. */
  public record Spec(float epsilon) implements LayerSpec {
    public static final float DEFAULT_EPSILON = 1e-5f;

    @Override
    public String kind() {
      return "layer-norm";
    }

    @Override
    public Layer build(Shape input) {
      return new LayerNorm(input, epsilon);
    }
  }

  private static final int MEAN = 0;
  private static final int INVERSE = 1;

  private final Shape shape;
  private final int size;
  private final float epsilon;
  private final List<Parameter> parameters;

  LayerNorm(Shape shape, float epsilon) {
    this.shape = shape;
    this.size = shape.size();
    this.epsilon = epsilon;
    parameters =
        List.of(
            new Parameter("scale", shape, Initializer.ONES, size, size),
            new Parameter("shift", shape, Initializer.ZEROS, size, size));
  }

  public float epsilon() {
    return epsilon;
  }

  @Override
  public String describe() {
    return "layer-norm";
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
  public List<Parameter> parameters() {
    return parameters;
  }

  /** Mean and inverse deviation. */
  @Override
  public int savedSize() {
    return 2;
  }

  @Override
  public void forward(LayerCall call, float[] x, float[] y, float[] saved) {
    float[] w = call.weights();
    int scale = call.offset();
    int shift = scale + size;
    for (int n = 0; n < call.rows(); n++) {
      int at = n * size;
      double mean = 0;
      for (int i = at; i < at + size; i++) {
        mean += x[i];
      }
      mean /= size;
      double variance = 0;
      for (int i = at; i < at + size; i++) {
        double difference = x[i] - mean;
        variance += difference * difference;
      }
      variance /= size;
      float m = (float) mean;
      float inverse = (float) (1 / Math.sqrt(variance + epsilon));
      saved[2 * n + MEAN] = m;
      saved[2 * n + INVERSE] = inverse;
      for (int i = 0; i < size; i++) {
        float h = (x[at + i] - m) * inverse;
        y[at + i] = h * w[scale + i] + w[shift + i];
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
    parameterGradient(call, x, saved, g, gradient);
    if (dx != null) {
      for (int n = 0; n < call.rows(); n++) {
        inputGradient(call, n, x, saved, g, dx);
      }
    }
  }

  private void parameterGradient(
      LayerCall call, float[] x, float[] saved, float[] g, float[] gradient) {
    ShardRows shards = call.shards();
    ShardSums sums = new ShardSums();
    sums.begin(2 * size);
    for (int s = 0; s < shards.shards(); s++) {
      float[] hand = sums.begun(shards, gradient, call.offset());
      for (int n = shards.from(s); n < shards.to(s); n++) {
        int at = n * size;
        float mean = saved[2 * n + MEAN];
        float inverse = saved[2 * n + INVERSE];
        for (int i = 0; i < size; i++) {
          hand[i] += g[at + i] * ((x[at + i] - mean) * inverse);
        }
        for (int i = 0; i < size; i++) {
          hand[size + i] += g[at + i];
        }
      }
      sums.accept(!shards.isEmpty(s));
    }
    sums.finish(gradient, call.offset());
  }

  private void inputGradient(
      LayerCall call, int n, float[] x, float[] saved, float[] g, float[] dx) {
    float[] w = call.weights();
    int scale = call.offset();
    int at = n * size;
    float mean = saved[2 * n + MEAN];
    float inverse = saved[2 * n + INVERSE];
    double sum = 0;
    double product = 0;
    for (int i = 0; i < size; i++) {
      float d = g[at + i] * w[scale + i];
      sum += d;
      product += (double) d * ((x[at + i] - mean) * inverse);
    }
    float meanD = (float) (sum / size);
    float meanDh = (float) (product / size);
    for (int i = 0; i < size; i++) {
      float h = (x[at + i] - mean) * inverse;
      dx[at + i] = inverse * (g[at + i] * w[scale + i] - meanD - h * meanDh);
    }
  }

  @Override
  public void reference(LayerCall call, double[] w, double[] x, double[] y) {
    for (int n = 0; n < call.rows(); n++) {
      int at = n * size;
      double mean = Arrays.stream(x, at, at + size).average().orElseThrow();
      double variance =
          Arrays.stream(x, at, at + size).map(v -> (v - mean) * (v - mean)).sum() / size;
      for (int i = 0; i < size; i++) {
        y[at + i] = (x[at + i] - mean) / Math.sqrt(variance + epsilon) * w[i] + w[size + i];
      }
    }
  }
}
