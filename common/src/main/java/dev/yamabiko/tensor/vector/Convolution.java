package dev.yamabiko.tensor.vector;

import dev.yamabiko.tensor.ConvShape;
import dev.yamabiko.tensor.ShardRows;

/**
 * Convolution and its gradients, image by image, as products over {@link TapPlanes}. Inside, the
 * values of TILE filters at a pixel lie side by side, so that vectors run over filters; outside,
 * images are [filters, height, width].
 */
final class Convolution {
  private final TapPlanes planes = new TapPlanes();
  private final GradientTiles gradient = new GradientTiles();
  private final TileTaps gradientTaps = new TileTaps();
  private final FilterTiles tiles = new FilterTiles();
  private final TapSums sums = new TapSums();

  void forward(
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
    planes.layOutRows(shape);
    tiles.weights(shape.taps(), shape.filters(), w, wAt, b, bAt);
    for (int n = 0; n < rows; n++) {
      planes.fill(x, xAt + n * shape.inputSize());
      int at = yAt + n * shape.outputSize();
      tiles.images(planes, shape.outHeight(), shape.outWidth(), y, at);
    }
  }

  void inputGradient(
      ConvShape shape, int rows, float[] g, int gAt, float[] w, int wAt, float[] dx, int dxAt) {
    gradient.layOut(shape);
    gradientTaps.layOutGradient(shape);
    tiles.turnedWeights(shape, w, wAt);
    for (int n = 0; n < rows; n++) {
      gradient.fill(g, gAt + n * shape.outputSize());
      gradientTaps.fill(gradient.values(), gradient.at(0));
      int at = dxAt + n * shape.inputSize();
      tiles.images(gradientTaps, shape.height(), shape.width(), dx, at);
    }
  }

  void weightGradient(
      ConvShape shape,
      ShardRows shards,
      float[] x,
      int xAt,
      float[] g,
      int gAt,
      float[] dw,
      int dwAt) {
    planes.layOutPlanes(shape);
    gradient.layOut(shape);
    sums.begin(shape, shards, dw, dwAt);
    for (int s = 0; s < shards.shards(); s++) {
      for (int row = shards.from(s); row < shards.to(s); row++) {
        planes.fill(x, xAt + row * shape.inputSize());
        gradient.fill(g, gAt + row * shape.outputSize());
        sums.add(planes, gradient, row > shards.from(s) || shards.resumed());
      }
      sums.accept(!shards.isEmpty(s));
    }
    sums.finish(dw, dwAt);
  }
}
