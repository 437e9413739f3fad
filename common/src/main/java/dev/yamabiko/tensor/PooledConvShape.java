package dev.yamabiko.tensor;

/**
 * Shape of a convolution, a relu if there is one, and a max-pooling over windows of 2x2, two apart,
 * in one. Images in between such layers can be <i>tiled</i>: [channels / tile, height * width,
 * tile], with {@link Kernels#tile} channels side by side, instead of [channels, height, width].
 *
 * @param tiledInput X, and dX, are tiled; only with a stride of 1
 * @param tiledOutput Y, and dL/dY, are tiled
 */
public record PooledConvShape(
    ConvShape convolution, boolean relu, boolean tiledInput, boolean tiledOutput) {

  /** Tiles are at most as wide, two of the longest vectors that there are kernels for. */
  public static final int MOST_TILE = 32;

  public PooledConvShape {
    if (tiledInput && convolution.stride() != 1) {
      throw new IllegalArgumentException("a tiled input needs a stride of 1");
    }
  }

  /** Whether a convolution with this pooling behind it can be computed in one. */
  public static boolean joins(ConvShape convolution, PoolShape pool) {
    boolean halves = pool.size() == 2 && pool.stride() == 2;
    return halves && convolution.filters() % (MOST_TILE / 2) == 0;
  }

  public PoolShape pool() {
    return new PoolShape(convolution.outHeight(), convolution.outWidth(), 2, 2);
  }

  /** Floats of an example's output. */
  public int outputSize() {
    return convolution.filters() * pool().outputs();
  }
}
