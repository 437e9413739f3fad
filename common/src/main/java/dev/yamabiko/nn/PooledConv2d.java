package dev.yamabiko.nn;

import dev.yamabiko.tensor.KernelScratch;
import dev.yamabiko.tensor.PoolShape;
import dev.yamabiko.tensor.PooledConvShape;
import dev.yamabiko.tensor.Shape;
import java.util.List;
import java.util.Optional;

/**
 * A {@link Conv2d}, a relu if there is one, and a {@link MaxPool} in one, without the values in
 * between. Input and output may be tiled, as {@link PooledConvShape} explains it.
 */
final class PooledConv2d implements Layer {

  private final Conv2d convolution;
  private final PooledConvShape shape;

  /** If the kernels can do it. */
  static Optional<Layer> of(Conv2d convolution, PoolShape pool, boolean relu) {
    return PooledConvShape.joins(convolution.shape(), pool)
        ? Optional.of(
            new PooledConv2d(
                convolution, new PooledConvShape(convolution.shape(), relu, false, false)))
        : Optional.empty();
  }

  private PooledConv2d(Conv2d convolution, PooledConvShape shape) {
    this.convolution = convolution;
    this.shape = shape;
  }

  /** Whether the input can be in tiles of so many channels. */
  boolean takesTiles(int tile) {
    return shape.convolution().channels() % tile == 0 && shape.convolution().stride() == 1;
  }

  /** Whether the output can be in tiles of so many channels. */
  boolean givesTiles(int tile) {
    return shape.convolution().filters() % tile == 0;
  }

  PooledConv2d withTiledInput() {
    return new PooledConv2d(
        convolution,
        new PooledConvShape(shape.convolution(), shape.relu(), true, shape.tiledOutput()));
  }

  PooledConv2d withTiledOutput() {
    return new PooledConv2d(
        convolution,
        new PooledConvShape(shape.convolution(), shape.relu(), shape.tiledInput(), true));
  }

  @Override
  public String describe() {
    return convolution.describe() + (shape.relu() ? ", relu" : "") + ", max-pool";
  }

  @Override
  public Shape inputShape() {
    return convolution.inputShape();
  }

  @Override
  public Shape outputShape() {
    PoolShape pool = shape.pool();
    return Shape.of(shape.convolution().filters(), pool.outHeight(), pool.outWidth());
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
    call.kernels()
        .convolveMaxPool(shape, call.rows(), x, w, at, w, convolution.biasAt(at), saved, y);
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
            shape, call.shards(), x, call.weights(), at, saved, g, gradient, at, dx);
  }

  @Override
  public void countScratch(KernelScratch scratch, int rows, int shards) {
    scratch.pooledConvolution(shape, rows, shards);
  }

  @Override
  public void reference(LayerCall call, double[] w, double[] x, double[] y) {
    throw new UnsupportedOperationException("a joined layer is never looked at by itself");
  }
}
