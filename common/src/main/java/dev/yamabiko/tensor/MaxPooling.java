package dev.yamabiko.tensor;

import java.util.Arrays;

/** {@link Kernels#maxPool} and its gradient for any windows, row of outputs by row of outputs. */
public final class MaxPooling {

  /** Written for a window without a winner: nothing in it is above 0, and relu lets nothing by. */
  public static final float NO_WINNER = -1;

  private MaxPooling() {}

  /** All rows of outputs of these planes. */
  static void forward(
      PoolShape shape, int planes, boolean relu, float[] x, float[] y, float[] winners) {
    for (int row = 0; row < planes * shape.outHeight(); row++) {
      forwardRow(shape, row, relu, x, y, winners);
    }
  }

  /**
   * Row {@code row} of all planes' outputs: place by place of the window, each over the whole row,
   * without branches.
   */
  public static void forwardRow(
      PoolShape shape, int row, boolean relu, float[] x, float[] y, float[] winners) {
    int outWidth = shape.outWidth();
    int stride = shape.stride();
    int top = top(shape, row);
    int out = row * outWidth;
    for (int ox = 0; ox < outWidth; ox++) {
      y[out + ox] = x[top + ox * stride];
      winners[out + ox] = 0;
    }
    for (int place = 1; place < shape.size() * shape.size(); place++) {
      int from = top + place / shape.size() * shape.width() + place % shape.size();
      for (int ox = 0; ox < outWidth; ox++) {
        float value = x[from + ox * stride];
        float best = y[out + ox];
        winners[out + ox] = value > best ? place : winners[out + ox];
        y[out + ox] = Math.max(best, value);
      }
    }
    if (relu) {
      rectify(outWidth, y, winners, out);
    }
  }

  private static void rectify(int n, float[] y, float[] winners, int at) {
    for (int i = at; i < at + n; i++) {
      winners[i] = y[i] <= 0 ? NO_WINNER : winners[i];
      y[i] = Math.max(y[i], 0f);
    }
  }

  /** The first input that a row of outputs sees. */
  public static int top(PoolShape shape, int row) {
    int plane = row / shape.outHeight();
    return (plane * shape.height() + row % shape.outHeight() * shape.stride()) * shape.width();
  }

  static void gradient(PoolShape shape, int planes, float[] winners, float[] g, float[] dx) {
    Arrays.fill(dx, 0, planes * shape.inputs(), 0f);
    for (int row = 0; row < planes * shape.outHeight(); row++) {
      addGradientRow(shape, row, winners, g, dx);
    }
  }

  /** Adds what a row of outputs gives to its windows. */
  public static void addGradientRow(
      PoolShape shape, int row, float[] winners, float[] g, float[] dx) {
    int size = shape.size();
    int top = top(shape, row);
    int out = row * shape.outWidth();
    for (int ox = 0; ox < shape.outWidth(); ox++) {
      int winner = (int) winners[out + ox];
      if (winner >= 0) {
        dx[top + ox * shape.stride() + winner / size * shape.width() + winner % size] +=
            g[out + ox];
      }
    }
  }
}
