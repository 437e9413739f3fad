package dev.yamabiko.tensor.vector;

import dev.yamabiko.tensor.ConvShape;
import dev.yamabiko.tensor.KernelScratch;
import dev.yamabiko.tensor.Kernels;
import dev.yamabiko.tensor.PoolShape;
import dev.yamabiko.tensor.PooledConvShape;
import dev.yamabiko.tensor.ScalarKernels;
import dev.yamabiko.tensor.ShardRows;
import dev.yamabiko.tensor.VectorScratch;
import java.util.function.IntConsumer;

/**
 * The kernels on the Vector API. Vectors run over outputs, never along a chain, so the results are
 * those of {@link ScalarKernels} to the bit.
 */
public final class VectorKernels implements Kernels {
  private final LineScratch bPanels = new LineScratch();
  private final Product product = new Product(bPanels);
  private final NarrowProduct narrow = new NarrowProduct(bPanels);
  private final WeightGradient weightGradient = new WeightGradient(bPanels);
  private final BiasGradient biasGradient = new BiasGradient();
  private final Convolution convolution = new Convolution();
  private final PooledConvolution pooled = new PooledConvolution();
  private final VectorFunctions functions = new VectorFunctions();

  /** For what is bound by memory, not arithmetic, or seldom. */
  private final ScalarKernels scalar = new ScalarKernels();

  /** Called by name. */
  public static VectorKernels create() {
    return new VectorKernels();
  }

  /** How many floats a vector holds; called by name. */
  public static int lanes() {
    return Lanes.LANES;
  }

  @Override
  public String name() {
    return "vector " + Lanes.SPECIES.vectorBitSize();
  }

  @Override
  public void affine(
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
      int yAt) {
    multiply(rows, out, in, x, xAt, w, wAt, false, b, bAt, relu, y, yAt);
  }

  @Override
  public void inputGradient(
      int rows, int in, int out, float[] g, int gAt, float[] w, int wAt, float[] dx, int dxAt) {
    multiply(rows, in, out, g, gAt, w, wAt, true, null, 0, false, dx, dxAt);
  }

  private void multiply(
      int m,
      int n,
      int k,
      float[] a,
      int aAt,
      float[] b,
      int bAt,
      boolean transposed,
      float[] bias,
      int biasAt,
      boolean relu,
      float[] c,
      int cAt) {
    if (NarrowProduct.fits(n)) {
      narrow.multiply(m, n, k, a, aAt, b, bAt, transposed, bias, biasAt, relu, c, cAt);
    } else {
      product.multiply(m, n, k, a, aAt, b, bAt, transposed, bias, biasAt, relu, c, cAt);
    }
  }

  @Override
  public void weightGradient(
      ShardRows shards,
      int in,
      int out,
      float[] x,
      int xAt,
      float[] g,
      int gAt,
      float[] dw,
      int dwAt,
      IntConsumer finalFrom) {
    weightGradient.run(shards, in, out, x, xAt, g, gAt, dw, dwAt, finalFrom);
  }

  @Override
  public void biasGradient(
      ShardRows shards, int columns, float[] g, int gAt, float[] db, int dbAt) {
    biasGradient.run(shards, columns, g, gAt, db, dbAt);
  }

  @Override
  public void convolve(
      ConvShape shape,
      int rows,
      float[] x,
      int xAt,
      float[] w,
      int wAt,
      float[] b,
      int bAt,
      float[] y,
      int yAt) {
    convolution.forward(shape, rows, x, xAt, w, wAt, b, bAt, y, yAt);
  }

  @Override
  public void convolveInputGradient(
      ConvShape shape, int rows, float[] g, int gAt, float[] w, int wAt, float[] dx, int dxAt) {
    convolution.inputGradient(shape, rows, g, gAt, w, wAt, dx, dxAt);
  }

  @Override
  public void convolveWeightGradient(
      ConvShape shape,
      ShardRows shards,
      float[] x,
      int xAt,
      float[] g,
      int gAt,
      float[] dw,
      int dwAt) {
    convolution.weightGradient(shape, shards, x, xAt, g, gAt, dw, dwAt);
  }

  @Override
  public void maxPool(
      PoolShape shape, int planes, boolean relu, float[] x, float[] y, float[] winners) {
    if (Pooling.fits(shape)) {
      Pooling.forward(shape, planes, relu, x, y, winners);
    } else {
      scalar.maxPool(shape, planes, relu, x, y, winners);
    }
  }

  @Override
  public void maxPoolGradient(PoolShape shape, int planes, float[] winners, float[] g, float[] dx) {
    if (Pooling.fits(shape)) {
      Pooling.gradient(shape, planes, winners, g, dx);
    } else {
      scalar.maxPoolGradient(shape, planes, winners, g, dx);
    }
  }

  @Override
  public int tile() {
    return Lanes.TILE <= PooledConvShape.MOST_TILE ? Lanes.TILE : 0;
  }

  @Override
  public void convolveMaxPool(
      PooledConvShape shape,
      int rows,
      float[] x,
      float[] w,
      int wAt,
      float[] b,
      int bAt,
      float[] winners,
      float[] y) {
    if (PooledConvolution.fits(shape)) {
      pooled.forward(shape, rows, x, w, wAt, b, bAt, winners, y);
    } else {
      scalar.convolveMaxPool(shape, rows, x, w, wAt, b, bAt, winners, y);
    }
  }

  @Override
  public void convolveMaxPoolGradients(
      PooledConvShape shape,
      ShardRows shards,
      float[] x,
      float[] w,
      int wAt,
      float[] winners,
      float[] g,
      float[] dw,
      int dwAt,
      float[] dx) {
    if (PooledConvolution.fits(shape)) {
      pooled.gradients(shape, shards, x, w, wAt, winners, g, dw, dwAt, dx);
    } else {
      scalar.convolveMaxPoolGradients(shape, shards, x, w, wAt, winners, g, dw, dwAt, dx);
    }
  }

  @Override
  public KernelScratch scratch() {
    return new VectorScratch(Lanes.SIZES, Runtime.getRuntime().maxMemory());
  }

  @Override
  public int firstNonFinite(float[] x, int from, int to) {
    int blocks = (to - from) / FiniteCheck.BLOCK;
    int whole = from + blocks * FiniteCheck.BLOCK;
    if (blocks > 0 && !FiniteCheck.isFinite(x, from, blocks)) {
      return scalar.firstNonFinite(x, from, to);
    }
    return scalar.firstNonFinite(x, whole, to);
  }

  @Override
  public void exp(int n, float[] x, int xAt, float[] y, int yAt) {
    functions.exp(n, x, xAt, y, yAt);
  }

  @Override
  public void tanh(int n, float[] x, int xAt, float[] y, int yAt) {
    functions.tanh(n, x, xAt, y, yAt);
  }

  @Override
  public void sigmoid(int n, float[] x, int xAt, float[] y, int yAt) {
    functions.sigmoid(n, x, xAt, y, yAt);
  }

  @Override
  public void roundStochastically(
      long seed, long step, long node, float[] x, int at, int from, int to) {
    Rounding.round(seed, step, node, x, at, from, to);
  }
}
