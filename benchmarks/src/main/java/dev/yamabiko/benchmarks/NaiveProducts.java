package dev.yamabiko.benchmarks;

/**
 * The products of a dense layer as a textbook writes them: one output after the other, each a dot
 * product. The order of every chain is the one that {@link dev.yamabiko.tensor.Kernels} defines, so
 * the results are equal to the bit.
 */
final class NaiveProducts {
  private NaiveProducts() {}

  /** Y = X W + b. */
  static void affine(int rows, int in, int out, float[] x, float[] w, float[] b, float[] y) {
    for (int r = 0; r < rows; r++) {
      for (int o = 0; o < out; o++) {
        float sum = 0;
        for (int i = 0; i < in; i++) {
          sum = Math.fma(x[r * in + i], w[i * out + o], sum);
        }
        y[r * out + o] = sum + b[o];
      }
    }
  }

  /** dX = G W^T. */
  static void inputGradient(int rows, int in, int out, float[] g, float[] w, float[] dx) {
    for (int r = 0; r < rows; r++) {
      for (int i = 0; i < in; i++) {
        float sum = 0;
        for (int o = 0; o < out; o++) {
          sum = Math.fma(g[r * out + o], w[i * out + o], sum);
        }
        dx[r * in + i] = sum;
      }
    }
  }

  /** dW = X^T G over the rows [from, to). */
  static void weightGradient(int from, int to, int in, int out, float[] x, float[] g, float[] dw) {
    for (int i = 0; i < in; i++) {
      for (int o = 0; o < out; o++) {
        float sum = 0;
        for (int r = from; r < to; r++) {
          sum = Math.fma(x[r * in + i], g[r * out + o], sum);
        }
        dw[i * out + o] = sum;
      }
    }
  }
}
