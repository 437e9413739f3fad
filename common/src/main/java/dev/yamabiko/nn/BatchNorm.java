package dev.yamabiko.nn;

import dev.yamabiko.tensor.Shape;
import dev.yamabiko.tensor.ShardRows;
import dev.yamabiko.tensor.ShardSums;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Batch normalisation: with the mean m and the population variance v of a channel (of a feature,
 * where the input is flat), H = (X - m) / sqrt(v + epsilon) and Y = H s + b, with a learned scale s
 * and shift b for each channel. Ioffe and Szegedy, "Batch normalization: accelerating deep network
 * training by reducing internal covariate shift", ICML 2015.
 *
 * <p>In training m and v are those of the shard, over its examples and pixels ("ghost batches",
 * Hoffer, Hubara and Soudry, NIPS 2017): shards need not know of each other, and the job alone
 * fixes them. When evaluating they are the running averages, and constants: the paper's algorithm
 * 2, whose estimate of the variance of n values is n/(n - 1) v.
 *
 * <p>Shapes: X, Y [batch, features] or [batch, channels, height, width]; all else [channels].
 *
 * <p>Backward, given G = dL/dY: ds and db as the sums of G H and G; in training dX = s / sqrt(v +
 * epsilon) (G - mean G - H mean(G H)), the means over the channel of the shard; with constant
 * moments the means are left out.
 *
 * <p>Everything is added up per shard and channel, over (row, pixel) ascending, in double
 * precision, and then along the tree over shards.
 */
public final class BatchNorm implements Layer {

  /**
   * {@code batch-norm { momentum = 0.1, epsilon = 1e-5 }}; scales begin at one, shifts at zero.
   *
   * @param momentum weight of the newest batch in the running averages, see {@link Buffer}
   */
  public record Spec(float momentum, float epsilon) implements LayerSpec {
    public static final float DEFAULT_MOMENTUM = 0.1f;
    public static final float DEFAULT_EPSILON = 1e-5f;

    @Override
    public String kind() {
      return "batch-norm";
    }

    @Override
    public Layer build(Shape input) {
      if (input.rank() != 1 && input.rank() != 3) {
        throw new ShapeMismatchException(
            "batch-norm expects [features] or [channels, height, width] but gets " + input);
      }
      return new BatchNorm(input, momentum, epsilon);
    }
  }

  private final Shape shape;
  private final int channels;
  private final int pixels;
  private final float epsilon;
  private final List<Parameter> parameters;
  private final List<Buffer> buffers;

  BatchNorm(Shape shape, float momentum, float epsilon) {
    this.shape = shape;
    this.epsilon = epsilon;
    channels = shape.dimension(0);
    pixels = shape.size() / channels;
    Shape each = Shape.of(channels);
    parameters =
        List.of(
            new Parameter("scale", each, Initializer.ONES, channels, channels),
            new Parameter("shift", each, Initializer.ZEROS, channels, channels));
    buffers =
        List.of(
            new Buffer("running-mean", each, 0, momentum),
            new Buffer("running-variance", each, 1, momentum));
  }

  public float epsilon() {
    return epsilon;
  }

  @Override
  public String describe() {
    return "batch-norm";
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

  @Override
  public List<Buffer> buffers() {
    return buffers;
  }

  /** Means and inverse deviations; those of a shard stand at its first row. */
  @Override
  public int savedSize() {
    return 2 * channels;
  }

  @Override
  public Optional<String> refusesShard(int rows) {
    if ((long) rows * pixels >= 2) {
      return Optional.empty();
    }
    String each = shape.rank() == 1 ? "feature" : "channel";
    return Optional.of("a shard of 1 example has one value per " + each + ", and no variance");
  }

  @Override
  public boolean takesShardStatistics() {
    return true;
  }

  /** Index of row n's first value of channel c. */
  private int at(int n, int c) {
    return (n * channels + c) * pixels;
  }

  @Override
  public void forward(LayerCall call, float[] x, float[] y, float[] saved) {
    ShardRows shards = call.shards();
    if (call.training() == null) {
      running(call, saved);
    } else {
      measure(call, x, saved);
    }
    float[] w = call.weights();
    for (int s = 0; s < shards.shards(); s++) {
      int moments = shards.from(s) * savedSize();
      for (int n = shards.from(s); n < shards.to(s); n++) {
        for (int c = 0; c < channels; c++) {
          float mean = saved[moments + c];
          float factor = saved[moments + channels + c] * w[call.offset() + c];
          float shift = w[call.offset() + channels + c];
          int to = at(n, c) + pixels;
          for (int i = at(n, c); i < to; i++) {
            y[i] = (x[i] - mean) * factor + shift;
          }
        }
      }
    }
  }

  private float inverse(double variance) {
    return (float) (1 / Math.sqrt(variance + epsilon));
  }

  /** The running averages, as the moments of every shard. */
  private void running(LayerCall call, float[] saved) {
    float[] w = call.weights();
    ShardRows shards = call.shards();
    for (int s = 0; s < shards.shards(); s++) {
      if (!shards.isEmpty(s)) {
        int moments = shards.from(s) * savedSize();
        System.arraycopy(w, call.bufferOffset(), saved, moments, channels);
        for (int c = 0; c < channels; c++) {
          saved[moments + channels + c] = inverse(w[call.bufferOffset() + channels + c]);
        }
      }
    }
  }

  /** Each shard's own moments, and their sums for the running averages. */
  private void measure(LayerCall call, float[] x, float[] saved) {
    ShardRows shards = call.shards();
    ShardSums sums = new ShardSums();
    sums.begin(2 * channels);
    double[] mean = new double[channels];
    double[] variance = new double[channels];
    for (int s = 0; s < shards.shards(); s++) {
      if (!shards.isEmpty(s)) {
        moments(shards, s, x, mean, variance);
        keep(shards, s, mean, variance, saved, sums.hand());
      }
      sums.accept(!shards.isEmpty(s));
    }
    sums.finish(call.training().sums(), call.bufferOffset());
  }

  /** Rows outside and channels inside, as they lie in memory; each channel has its own sum. */
  private void moments(ShardRows shards, int s, float[] x, double[] mean, double[] variance) {
    double count = (double) (shards.to(s) - shards.from(s)) * pixels;
    Arrays.fill(mean, 0);
    for (int n = shards.from(s); n < shards.to(s); n++) {
      for (int c = 0; c < channels; c++) {
        double sum = mean[c];
        int to = at(n, c) + pixels;
        for (int i = at(n, c); i < to; i++) {
          sum += x[i];
        }
        mean[c] = sum;
      }
    }
    for (int c = 0; c < channels; c++) {
      mean[c] /= count;
    }
    Arrays.fill(variance, 0);
    for (int n = shards.from(s); n < shards.to(s); n++) {
      for (int c = 0; c < channels; c++) {
        double sum = variance[c];
        int to = at(n, c) + pixels;
        for (int i = at(n, c); i < to; i++) {
          double difference = x[i] - mean[c];
          sum += difference * difference;
        }
        variance[c] = sum;
      }
    }
    for (int c = 0; c < channels; c++) {
      variance[c] /= count;
    }
  }

  /** The moments for this pass, and their share of the batch's running averages in the hand. */
  private void keep(
      ShardRows shards, int s, double[] mean, double[] variance, float[] saved, float[] hand) {
    int rows = shards.to(s) - shards.from(s);
    double count = (double) rows * pixels;
    int moments = shards.from(s) * savedSize();
    for (int c = 0; c < channels; c++) {
      saved[moments + c] = (float) mean[c];
      saved[moments + channels + c] = inverse(variance[c]);
      hand[c] = (float) (rows * mean[c]);
      hand[channels + c] = (float) (rows * (variance[c] * (count / Math.max(1, count - 1))));
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
    ShardRows shards = call.shards();
    ShardSums sums = new ShardSums();
    sums.begin(2 * channels);
    double[] sumGh = new double[channels];
    double[] sumG = new double[channels];
    for (int s = 0; s < shards.shards(); s++) {
      if (!shards.isEmpty(s)) {
        addUp(shards, s, x, saved, g, sumGh, sumG);
        float[] hand = sums.hand();
        for (int c = 0; c < channels; c++) {
          hand[c] = (float) sumGh[c];
          hand[channels + c] = (float) sumG[c];
        }
        if (dx != null) {
          inputGradient(call, s, x, saved, g, dx, sumGh, sumG);
        }
      }
      sums.accept(!shards.isEmpty(s));
    }
    sums.finish(gradient, call.offset());
  }

  /** A shard's sums of G H and G, for each channel. */
  private void addUp(
      ShardRows shards, int s, float[] x, float[] saved, float[] g, double[] sumGh, double[] sumG) {
    int moments = shards.from(s) * savedSize();
    Arrays.fill(sumGh, 0);
    Arrays.fill(sumG, 0);
    for (int n = shards.from(s); n < shards.to(s); n++) {
      for (int c = 0; c < channels; c++) {
        float mean = saved[moments + c];
        float inverse = saved[moments + channels + c];
        double gh = sumGh[c];
        double sum = sumG[c];
        int to = at(n, c) + pixels;
        for (int i = at(n, c); i < to; i++) {
          sum += g[i];
          gh += (double) g[i] * ((x[i] - mean) * inverse);
        }
        sumGh[c] = gh;
        sumG[c] = sum;
      }
    }
  }

  /** Makes means of the sums first. */
  private void inputGradient(
      LayerCall call,
      int s,
      float[] x,
      float[] saved,
      float[] g,
      float[] dx,
      double[] meanGh,
      double[] meanG) {
    ShardRows shards = call.shards();
    int moments = shards.from(s) * savedSize();
    boolean constant = call.training() == null;
    double count = (double) (shards.to(s) - shards.from(s)) * pixels;
    for (int c = 0; c < channels; c++) {
      meanGh[c] = constant ? 0 : meanGh[c] / count;
      meanG[c] = constant ? 0 : meanG[c] / count;
    }
    for (int n = shards.from(s); n < shards.to(s); n++) {
      for (int c = 0; c < channels; c++) {
        float mean = saved[moments + c];
        float inverse = saved[moments + channels + c];
        float ofG = (float) meanG[c];
        float ofGh = (float) meanGh[c];
        float factor = inverse * call.weights()[call.offset() + c];
        int to = at(n, c) + pixels;
        for (int i = at(n, c); i < to; i++) {
          float h = (x[i] - mean) * inverse;
          dx[i] = factor * (g[i] - ofG - h * ofGh);
        }
      }
    }
  }

  @Override
  public void reference(LayerCall call, double[] w, double[] x, double[] y) {
    ShardRows shards = call.shards();
    for (int s = 0; s < shards.shards(); s++) {
      for (int c = 0; c < channels && !shards.isEmpty(s); c++) {
        double mean = w[2 * channels + c];
        double variance = w[3 * channels + c];
        if (call.training() != null) {
          double[] values = values(shards, s, c, x);
          double m = Arrays.stream(values).average().orElseThrow();
          mean = m;
          variance = Arrays.stream(values).map(v -> (v - m) * (v - m)).average().orElseThrow();
        }
        double deviation = Math.sqrt(variance + epsilon);
        for (int n = shards.from(s); n < shards.to(s); n++) {
          for (int i = at(n, c); i < at(n, c) + pixels; i++) {
            y[i] = (x[i] - mean) / deviation * w[c] + w[channels + c];
          }
        }
      }
    }
  }

  private double[] values(ShardRows shards, int s, int c, double[] x) {
    int rows = shards.to(s) - shards.from(s);
    double[] values = new double[rows * pixels];
    for (int n = 0; n < rows; n++) {
      System.arraycopy(x, at(shards.from(s) + n, c), values, n * pixels, pixels);
    }
    return values;
  }
}
