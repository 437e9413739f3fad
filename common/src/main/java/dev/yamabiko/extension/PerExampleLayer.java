package dev.yamabiko.extension;

import dev.yamabiko.nn.Layer;
import dev.yamabiko.nn.LayerCall;
import dev.yamabiko.nn.MissingReferenceException;
import dev.yamabiko.nn.Parameter;
import dev.yamabiko.tensor.Shape;
import dev.yamabiko.tensor.ShardRows;
import dev.yamabiko.tensor.ShardSums;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * A layer that is written for one example at a time. All arrays begin at index 0: x and g, y and dx
 * are one example's, w holds this layer's parameters one after the other. The sums over examples,
 * along the tree over shards, are made here.
 *
 * <p>The arrays are copies, which takes some time: a layer that is to be fast implements {@link
 * Layer} and leaves its products to the {@link dev.yamabiko.tensor.Kernels} of the call.
 */
public abstract class PerExampleLayer implements Layer {

  private final String description;
  private final Shape input;
  private final Shape output;
  private final List<Parameter> parameters;
  private final int count;

  /**
   * @param description the kind as job files spell it, with its sizes: "prelu 0.25"
   */
  protected PerExampleLayer(
      String description, Shape input, Shape output, List<Parameter> parameters) {
    this.description = Objects.requireNonNull(description, "the description must not be null");
    this.input = Objects.requireNonNull(input, "the input's shape must not be null");
    this.output = Objects.requireNonNull(output, "the output's shape must not be null");
    Objects.requireNonNull(parameters, "the parameters must not be null");
    this.parameters = List.copyOf(parameters);
    count = parameters.stream().mapToInt(Parameter::size).sum();
  }

  /** Writes y, which holds zeros. */
  protected abstract void forward(float[] w, float[] x, float[] y);

  /**
   * From g = dL/dy: writes dx = dL/dx, which holds zeros, and adds dL/dw to {@code dw}, which holds
   * the sum over the examples before.
   */
  protected abstract void backward(
      float[] w, float[] x, float[] y, float[] g, float[] dx, float[] dw);

  /**
   * Writes y straight from its definition, for {@code gradcheck}; without it the layer trains, but
   * is not to be checked.
   */
  protected void reference(double[] w, double[] x, double[] y) {
    throw new MissingReferenceException(describe());
  }

  @Override
  public final String describe() {
    return description;
  }

  @Override
  public final Shape inputShape() {
    return input;
  }

  @Override
  public final Shape outputShape() {
    return output;
  }

  @Override
  public final List<Parameter> parameters() {
    return parameters;
  }

  private float[] own(LayerCall call) {
    return Arrays.copyOfRange(call.weights(), call.offset(), call.offset() + count);
  }

  @Override
  public final void forward(LayerCall call, float[] x, float[] y, float[] saved) {
    float[] w = own(call);
    float[] oneX = new float[input.size()];
    float[] oneY = new float[output.size()];
    for (int n = 0; n < call.rows(); n++) {
      System.arraycopy(x, n * oneX.length, oneX, 0, oneX.length);
      Arrays.fill(oneY, 0);
      forward(w, oneX, oneY);
      System.arraycopy(oneY, 0, y, n * oneY.length, oneY.length);
    }
  }

  @Override
  public final void backward(
      LayerCall call,
      float[] x,
      float[] y,
      float[] saved,
      float[] g,
      float[] dx,
      float[] gradient) {
    float[] w = own(call);
    float[] oneX = new float[input.size()];
    float[] oneDx = new float[input.size()];
    float[] oneY = new float[output.size()];
    float[] oneG = new float[output.size()];
    ShardRows shards = call.shards();
    ShardSums sums = new ShardSums();
    sums.begin(count);
    for (int s = 0; s < shards.shards(); s++) {
      float[] dw = sums.begun(shards, gradient, call.offset());
      for (int n = shards.from(s); n < shards.to(s); n++) {
        System.arraycopy(x, n * oneX.length, oneX, 0, oneX.length);
        System.arraycopy(y, n * oneY.length, oneY, 0, oneY.length);
        System.arraycopy(g, n * oneG.length, oneG, 0, oneG.length);
        Arrays.fill(oneDx, 0);
        backward(w, oneX, oneY, oneG, oneDx, dw);
        if (dx != null) {
          System.arraycopy(oneDx, 0, dx, n * oneDx.length, oneDx.length);
        }
      }
      sums.accept(!shards.isEmpty(s));
    }
    sums.finish(gradient, call.offset());
  }

  @Override
  public final void reference(LayerCall call, double[] w, double[] x, double[] y) {
    double[] oneY = new double[output.size()];
    for (int n = 0; n < call.rows(); n++) {
      Arrays.fill(oneY, 0);
      reference(w, Arrays.copyOfRange(x, n * input.size(), (n + 1) * input.size()), oneY);
      System.arraycopy(oneY, 0, y, n * oneY.length, oneY.length);
    }
  }
}
