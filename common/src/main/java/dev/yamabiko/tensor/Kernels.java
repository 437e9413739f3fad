package dev.yamabiko.tensor;

import java.util.function.IntConsumer;

/**
 * The arithmetic that takes the time, defined down to the last bit.
 *
 * <p><b>Definition.</b> Every output of a product is the chain {@code c = fma(a[i,k], b[k,j], c)}
 * for k ascending, beginning at +0. Zero padding takes part in the chain as zeros. Nothing else may
 * show in the result: not the vector width, block sizes, CPU, number of rows computed at once or
 * number of threads. Sums over examples (weight and bias gradients) run one chain per shard, and
 * finished chains are added along the tree of {@link TreeOrder} over the block's shard numbers.
 * Where {@link ShardRows#resumed} the chain begins at what the output holds.
 *
 * <p>All arrays are row-major; {@code ...At} is the offset of a matrix's first element. Outputs are
 * overwritten and must not overlap inputs unless stated. An instance holds scratch memory: use it
 * from one thread at a time ({@link KernelsFactory} makes one per compute thread).
 */
public interface Kernels {

  /** "scalar", or "vector" with its width in bits. */
  String name();

  /**
   * Y = X W + b: X [rows, in], W [in, out], b [out], Y [rows, out]; b is added after the chain.
   *
   * @param relu then max(Y, 0), as {@link Math#max(float, float)} has it
   */
  void affine(
      int rows,
      int in,
      int out,
      float[] x,
      int xAt,
      float[] w,
      int wAt,
      float[] b,
      int bAt,
      boolean relu,
      float[] y,
      int yAt);

  /** dX = G W^T: G [rows, out], W [in, out], dX [rows, in]; the chain runs over out. */
  void inputGradient(
      int rows, int in, int out, float[] g, int gAt, float[] w, int wAt, float[] dx, int dxAt);

  /**
   * dW = X^T G, along the tree over shards: X [rows, in], G [rows, out], dW [in, out]; per shard
   * the chain runs over its rows.
   *
   * @param finalFrom hears how far dW is final: its rows from this one on, the last ones first; of
   *     all of them at the end. Called by the calling thread.
   */
  void weightGradient(
      ShardRows shards,
      int in,
      int out,
      float[] x,
      int xAt,
      float[] g,
      int gAt,
      float[] dw,
      int dwAt,
      IntConsumer finalFrom);

  /** The same, where nobody has use for a part of it. */
  default void weightGradient(
      ShardRows shards,
      int in,
      int out,
      float[] x,
      int xAt,
      float[] g,
      int gAt,
      float[] dw,
      int dwAt) {
    weightGradient(shards, in, out, x, xAt, g, gAt, dw, dwAt, row -> {});
  }

  /**
   * db[c] = sum over rows of G [rows, columns], along the tree over shards; per shard one chain
   * {@code s = s + g} over rows ascending, beginning at +0.
   */
  void biasGradient(ShardRows shards, int columns, float[] g, int gAt, float[] db, int dbAt);

  /**
   * Y[n,f,y,x] = sum over (c, ky, kx) ascending of X[n, c, y*stride + ky - pad, x*stride + kx -
   * pad] * W[c,ky,kx,f], then + b[f].
   */
  void convolve(
      ConvShape shape,
      int rows,
      float[] x,
      int xAt,
      float[] w,
      int wAt,
      float[] b,
      int bAt,
      float[] y,
      int yAt);

  /**
   * dX of {@link #convolve}. The chain of dX[n,c,y,x] runs over (f, ky', kx') ascending with ky' =
   * kernelHeight-1-ky, kx' = kernelWidth-1-kx, over G spread out to the stride and bordered with
   * zeros; all filters * kernelHeight * kernelWidth terms take part, zeros included.
   */
  void convolveInputGradient(
      ConvShape shape, int rows, float[] g, int gAt, float[] w, int wAt, float[] dx, int dxAt);

  /**
   * dW of {@link #convolve}, and behind it db: db[f] = sum over rows and pixels of G[row,f,y,x].
   * Both along the tree over shards; per shard the chains of dW[c,ky,kx,f] and db[f] run over (row,
   * y, x) ascending.
   */
  void convolveWeightGradient(
      ConvShape shape,
      ShardRows shards,
      float[] x,
      int xAt,
      float[] g,
      int gAt,
      float[] dw,
      int dwAt);

  /**
   * Y[n,y,x] = max over (ky,kx) of X[n, y*stride + ky, x*stride + kx] for n planes; a NaN makes the
   * output NaN. The winner's place ky * size + kx, the first in row-major order among equal values,
   * is exact as a float.
   *
   * @param relu then max(Y, 0), and a window in which nothing is above 0 has {@link
   *     MaxPooling#NO_WINNER}
   */
  void maxPool(PoolShape shape, int planes, boolean relu, float[] x, float[] y, float[] winners);

  /** dX of {@link #maxPool}: each window's gradient goes to its winner; sums begin at +0. */
  void maxPoolGradient(PoolShape shape, int planes, float[] winners, float[] g, float[] dx);

  /** Channels side by side in the tiled images of {@link PooledConvShape}; 0: none are. */
  int tile();

  /**
   * {@link #maxPool} of {@link #convolve} in one, all arrays from index 0 on but for the weights.
   * In which order the winners lie is up to the implementation.
   */
  void convolveMaxPool(
      PooledConvShape shape,
      int rows,
      float[] x,
      float[] w,
      int wAt,
      float[] b,
      int bAt,
      float[] winners,
      float[] y);

  /**
   * Of {@link #convolveMaxPool}: dW and db as {@link #convolveWeightGradient}, and dX as {@link
   * #convolveInputGradient}, of what {@link #maxPoolGradient} makes of G.
   *
   * @param dx null where nobody asks for it
   */
  void convolveMaxPoolGradients(
      PooledConvShape shape,
      ShardRows shards,
      float[] x,
      float[] w,
      int wAt,
      float[] winners,
      float[] g,
      float[] dw,
      int dwAt,
      float[] dx);

  /** A new account of what kernels as these, of one thread, keep as scratch memory. */
  KernelScratch scratch();

  /** The first index in [from, to) at which x is NaN or infinite, or -1. */
  int firstNonFinite(float[] x, int from, int to);

  /** y = exp(x), as {@link Functions#exp}; y may be x. */
  void exp(int n, float[] x, int xAt, float[] y, int yAt);

  /** y = tanh(x), as {@link Functions#tanh}; y may be x. */
  void tanh(int n, float[] x, int xAt, float[] y, int yAt);

  /** y = 1 / (1 + exp(-x)), as {@link Functions#sigmoid}; y may be x. */
  void sigmoid(int n, float[] x, int xAt, float[] y, int yAt);

  /** As {@link StochasticRounding#round}; from any number of threads at a time. */
  void roundStochastically(long seed, long step, long node, float[] x, int at, int from, int to);
}
