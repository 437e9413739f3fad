package dev.yamabiko.nn;

import dev.yamabiko.tensor.Shape;
import java.util.Arrays;

/**
 * Mean over all pixels of a channel: Y[c] = 1/(h w) sum over (y,x) of X[c,y,x]. Lin, Chen and Yan,
 * "Network in network", ICLR 2014. The sum runs over (y,x) ascending, in double precision.
 *
 * <p>Shapes: X [batch, channels, height, width], Y [batch, channels].
 *
 * <p>Backward: every pixel gets 1/(h w) of its channel's gradient.
 */
public final class GlobalAveragePool implements Layer {

  /** {@code global-average-pool}. */
  public record Spec() implements LayerSpec {
    @Override
    public String kind() {
      return "global-average-pool";
    }

    @Override
    public Layer build(Shape input) {
      ImageShapes.require("global-average-pool", input);
      return new GlobalAveragePool(input);
    }
  }

  private final Shape input;
  private final int channels;
  private final int pixels;

  GlobalAveragePool(Shape input) {
    this.input = input;
    channels = input.dimension(0);
    pixels = input.size() / channels;
  }

  @Override
  public String describe() {
    return "global-average-pool";
  }

  @Override
  public Shape inputShape() {
    return input;
  }

  @Override
  public Shape outputShape() {
    return Shape.of(channels);
  }

  @Override
  public void forward(LayerCall call, float[] x, float[] y, float[] saved) {
    for (int plane = 0; plane < call.rows() * channels; plane++) {
      double sum = 0;
      for (int i = plane * pixels; i < (plane + 1) * pixels; i++) {
        sum += x[i];
      }
      y[plane] = (float) (sum / pixels);
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
    for (int plane = 0; plane < call.rows() * channels; plane++) {
      Arrays.fill(dx, plane * pixels, (plane + 1) * pixels, g[plane] / pixels);
    }
  }

  @Override
  public void reference(LayerCall call, double[] w, double[] x, double[] y) {
    for (int plane = 0; plane < call.rows() * channels; plane++) {
      y[plane] = Arrays.stream(x, plane * pixels, (plane + 1) * pixels).sum() / pixels;
    }
  }
}
