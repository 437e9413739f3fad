package dev.yamabiko.benchmarks.compare.openblas;

import static org.bytedeco.openblas.global.openblas.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas.CblasTrans;
import static org.bytedeco.openblas.global.openblas.blas_set_num_threads;
import static org.bytedeco.openblas.global.openblas.cblas_sgemm;

import dev.yamabiko.tensor.Kernels;
import dev.yamabiko.tensor.ScalarKernels;
import dev.yamabiko.tensor.ShardRows;
import dev.yamabiko.tensor.vector.VectorKernels;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import org.bytedeco.javacpp.FloatPointer;

/**
 * The three products of dense layers (X W, G W^T, X^T G) by the vector kernels and by OpenBLAS, in
 * turn, on one thread: their rates, and the median of the rounds' ratios. The kernels' bits are
 * compared with those of the scalar ones, which OpenBLAS does not have to have.
 *
 * <p>Prints a line "product NAME RATIO OURS THEIRS" for each, in GFLOP/s, and "mean RATIO", the
 * geometric one.
 */
public final class Products {

  private static final int ROUNDS = 15;

  /** What a product takes a round, and before that to be compiled and warm, in nanoseconds. */
  private static final long ROUND = 10_000_000;

  private static final long WARM_UP = 1_500_000_000;

  /** rows, in, out: the dense layers of both models of the side-by-side run, and squares. */
  private static final int[][] LAYERS = {
    {128, 784, 512},
    {128, 512, 256},
    {128, 256, 10},
    {128, 1600, 128},
    {128, 128, 10},
    {512, 512, 512},
    {1024, 1024, 1024}
  };

  private final Kernels kernels = new VectorKernels();
  private final int rows;
  private final int in;
  private final int out;
  private final float[] x;
  private final float[] w;
  private final float[] g;
  private final float[] zero;
  private final float[] y;
  private final float[] dx;
  private final float[] dw;
  private final FloatPointer theirX;
  private final FloatPointer theirW;
  private final FloatPointer theirG;
  private final FloatPointer theirResult;

  private Products(int rows, int in, int out) {
    this.rows = rows;
    this.in = in;
    this.out = out;
    Random random = new Random(1);
    x = random(random, rows * in);
    w = random(random, in * out);
    g = random(random, rows * out);
    zero = new float[out];
    y = new float[rows * out];
    dx = new float[rows * in];
    dw = new float[in * out];
    theirX = new FloatPointer(x);
    theirW = new FloatPointer(w);
    theirG = new FloatPointer(g);
    theirResult = new FloatPointer(Math.max(rows * out, Math.max(rows * in, in * out)));
  }

  private static float[] random(Random random, int n) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = random.nextFloat() - 0.5f;
    }
    return values;
  }

  public static void main(String[] arguments) {
    blas_set_num_threads(1);
    double logs = 0;
    for (int[] layer : LAYERS) {
      Products products = new Products(layer[0], layer[1], layer[2]);
      products.check();
      logs += Math.log(products.compare("XW", products::affine, products::theirAffine));
      logs += Math.log(products.compare("GWt", products::inputs, products::theirInputs));
      logs += Math.log(products.compare("XtG", products::weights, products::theirWeights));
    }
    System.out.printf(Locale.ROOT, "mean %.3f%n", Math.exp(logs / (3 * LAYERS.length)));
  }

  private void affine() {
    kernels.affine(rows, in, out, x, 0, w, 0, zero, 0, false, y, 0);
  }

  private void inputs() {
    kernels.inputGradient(rows, in, out, g, 0, w, 0, dx, 0);
  }

  private void weights() {
    kernels.weightGradient(ShardRows.single(rows), in, out, x, 0, g, 0, dw, 0);
  }

  private void theirAffine() {
    sgemm(CblasNoTrans, CblasNoTrans, rows, out, in, theirX, in, theirW, out);
  }

  private void theirInputs() {
    sgemm(CblasNoTrans, CblasTrans, rows, in, out, theirG, out, theirW, out);
  }

  private void theirWeights() {
    sgemm(CblasTrans, CblasNoTrans, in, out, rows, theirX, in, theirG, out);
  }

  /** C = A B with C [m, n] and chains of k. */
  private void sgemm(
      int transA,
      int transB,
      int m,
      int n,
      int k,
      FloatPointer a,
      int aPitch,
      FloatPointer b,
      int bPitch) {
    cblas_sgemm(CblasRowMajor, transA, transB, m, n, k, 1, a, aPitch, b, bPitch, 0, theirResult, n);
  }

  private void check() {
    Kernels scalar = new ScalarKernels();
    affine();
    inputs();
    weights();
    float[] expected = new float[y.length];
    scalar.affine(rows, in, out, x, 0, w, 0, zero, 0, false, expected, 0);
    requireSame(expected, y);
    expected = new float[dx.length];
    scalar.inputGradient(rows, in, out, g, 0, w, 0, expected, 0);
    requireSame(expected, dx);
    expected = new float[dw.length];
    scalar.weightGradient(ShardRows.single(rows), in, out, x, 0, g, 0, expected, 0);
    requireSame(expected, dw);
  }

  private static void requireSame(float[] expected, float[] found) {
    if (!Arrays.equals(expected, found)) {
      throw new IllegalStateException("the vector kernels' bits are not those of the scalar ones");
    }
  }

  private double compare(String form, Runnable ours, Runnable theirs) {
    int calls = (int) Math.max(1, ROUND / warmUp(ours));
    int theirCalls = (int) Math.max(1, ROUND / warmUp(theirs));
    double[] ratios = new double[ROUNDS];
    double[] ourRates = new double[ROUNDS];
    double[] theirRates = new double[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
      ourRates[round] = rate(ours, calls);
      theirRates[round] = rate(theirs, theirCalls);
      ratios[round] = ourRates[round] / theirRates[round];
    }
    double ratio = median(ratios);
    System.out.printf(
        Locale.ROOT,
        "product %s-%dx%dx%d %.3f %.1f %.1f%n",
        form,
        rows,
        in,
        out,
        ratio,
        median(ourRates),
        median(theirRates));
    return ratio;
  }

  /** Nanoseconds of a call when it is warm. */
  private static long warmUp(Runnable product) {
    long began = System.nanoTime();
    long fastest = Long.MAX_VALUE;
    for (long now = began; now - began < WARM_UP; ) {
      product.run();
      long then = System.nanoTime();
      fastest = Math.min(fastest, Math.max(1, then - now));
      now = then;
    }
    return fastest;
  }

  private double rate(Runnable product, int calls) {
    long began = System.nanoTime();
    for (int i = 0; i < calls; i++) {
      product.run();
    }
    return 2.0 * rows * in * out * calls / (System.nanoTime() - began);
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
