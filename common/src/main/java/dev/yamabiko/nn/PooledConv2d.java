package dev.yamabiko.nn;

import dev.yamabiko.tensor.Kernels;
import dev.yamabiko.tensor.PoolShape;
import dev.yamabiko.tensor.Shape;
import java.util.List;
import java.util.Optional;

/**
 * A {@link Conv2d}, a relu if there is one, and a {@link MaxPool} in one, without the values in
 * between.
 */
final class PooledConv2d implements Layer {

  private final Conv2d convolution;
  private final PoolShape pool;
  private final boolean relu;

  /** If the kernels can do it. */
  static Optional<Layer> of(Conv2d convolution, PoolShape pool, boolean relu) {
    return Kernels.joinsMaxPool(convolution.shape(), pool)
        ? Optional.of(new PooledConv2d(convolution, pool, relu))
        : Optional.empty();
  }

  private PooledConv2d(Conv2d convolution, PoolShape pool, boolean relu) {
    this.convolution = convolution;
    this.pool = pool;
    this.relu = relu;
  }

  @Override
  public String describe() {
    return convolution.describe() + (relu ? ", relu" : "") + ", max-pool";
  }

  @Override
  public Shape inputShape() {
    return convolution.inputShape();
  }

  @Override
  public Shape outputShape() {
    return Shape.of(convolution.shape().filters(), pool.outHeight(), pool.outWidth());
  }

  @Override
  public List<Parameter> parameters() {
    return convolution.parameters();
  }

  /** The winner's place in its window. */
  @Override
  public int savedSize() {
    return outputShape().size();
  }

  @Override
  public void forward(LayerCall call, float[] x, float[] y, float[] saved) {
    float[] w = call.weights();
    int at = call.offset();
    int biasAt = convolution.biasAt(at);
    call.kernels()
        .convolveMaxPool(
            convolution.shape(), pool, relu, call.rows(), x, w, at, w, biasAt, y, saved);
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
    call.kernels()
        .convolveMaxPoolGradients(
            convolution.shape(),
            pool,
            call.shards(),
            x,
            call.weights(),
            at,
            saved,
            g,
            gradient,
            at,
            dx);
  }

  @Override
  public void reference(LayerCall call, double[] w, double[] x, double[] y) {
    throw new UnsupportedOperationException("a joined layer is never looked at by itself");
  }
}
