package dev.yamabiko.tensor.vector;

import static dev.yamabiko.tensor.vector.Lanes.LANES;
import static dev.yamabiko.tensor.vector.Lanes.SPECIES;
import static dev.yamabiko.tensor.vector.Lanes.TILE;

import dev.yamabiko.tensor.ConvShape;
import dev.yamabiko.tensor.MaxPooling;
import dev.yamabiko.tensor.PoolShape;
import dev.yamabiko.tensor.ShardRows;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * A convolution and max-pooling over windows of 2x2, two apart, of its outputs, in one: two rows of
 * the convolution's outputs at a time, which never leave the first-level cache, and which hold
 * filters side by side, so that pooling compares whole vectors. Backward spreads an image's
 * gradient out again and uses it for both gradients while it is in a cache.
 *
 * <p>Winners are stored as [rows, pixels, filters].
 */
final class PooledConvolution {
  private final TapPlanes planes = new TapPlanes();
  private final GradientTiles gradient = new GradientTiles();
  private final FilterTiles tiles = new FilterTiles();
  private final TapSums sums = new TapSums();
  private final Scratch outputs = new Scratch();
  private final Scratch pooled = new Scratch();

  /** Whether vectors end with the filters. */
  static boolean fits(ConvShape shape, PoolShape pool) {
    return Pooling.fits(pool) && shape.filters() % LANES == 0;
  }

  void forward(
      ConvShape shape,
      PoolShape pool,
      boolean relu,
      int rows,
      float[] x,
      float[] w,
      int wAt,
      float[] b,
      int bAt,
      float[] y,
      float[] winners) {
    int filters = shape.filters();
    int pixels = pool.outputs();
    int columns = 2 * pool.outWidth();
    planes.layOutRows(shape);
    tiles.weights(shape.taps(), filters, w, wAt, b, bAt);
    float[] pair = outputs.atLeast(2 * columns * TILE);
    float[] best = pooled.atLeast(pixels * TILE);
    for (int n = 0; n < rows; n++) {
      planes.fill(x, n * shape.inputSize());
      for (int f = 0; f < filters; f += TILE) {
        int width = tiles.width(f);
        for (int row = 0; row < pool.outHeight(); row++) {
          convolveTwoRows(2 * row, columns, f, pair);
          int pixel = row * pool.outWidth();
          int winnersAt = (n * pixels + pixel) * filters + f;
          for (int v = 0; v < width; v += LANES) {
            poolRow(
                relu,
                pool.outWidth(),
                pair,
                v,
                best,
                pixel * TILE + v,
                winners,
                winnersAt + v,
                filters);
          }
        }
        FilterTiles.toImages(best, pixels, width, y, (n * filters + f) * pixels);
      }
    }
  }

  private void convolveTwoRows(int row, int columns, int f, float[] pair) {
    int from = planes.start() + row * planes.rowPitch();
    if (planes.rowPitch() == columns) {
      tiles.run(planes, from, 2 * columns, f, pair, 0);
    } else {
      tiles.run(planes, from, columns, f, pair, 0);
      tiles.run(planes, from + planes.rowPitch(), columns, f, pair, columns * TILE);
    }
  }

  /** One vector of filters at each pixel of a row of the pooling's outputs. */
  private static void poolRow(
      boolean relu,
      int width,
      float[] pair,
      int at,
      float[] y,
      int yAt,
      float[] winners,
      int winnersAt,
      int pitch) {
    // What neither changes a value nor equals one, where there is no relu.
    float floor = relu ? 0 : Float.NEGATIVE_INFINITY;
    float closed = relu ? 0 : Float.NaN;
    int lower = at + 2 * width * TILE;
    for (int x = 0; x < width; x++) {
      FloatVector best = FloatVector.fromArray(SPECIES, pair, at + 2 * x * TILE);
      FloatVector value = FloatVector.fromArray(SPECIES, pair, at + 2 * x * TILE + TILE);
      FloatVector winner = FloatVector.zero(SPECIES);
      winner = winner.blend(1, value.compare(VectorOperators.GT, best));
      best = best.max(value);
      value = FloatVector.fromArray(SPECIES, pair, lower + 2 * x * TILE);
      winner = winner.blend(2, value.compare(VectorOperators.GT, best));
      best = best.max(value);
      value = FloatVector.fromArray(SPECIES, pair, lower + 2 * x * TILE + TILE);
      winner = winner.blend(3, value.compare(VectorOperators.GT, best));
      best = best.max(value);
      winner = winner.blend(MaxPooling.NO_WINNER, best.compare(VectorOperators.LE, closed));
      winner.intoArray(winners, winnersAt + x * pitch);
      best.max(floor).intoArray(y, yAt + x * TILE);
    }
  }

  /**
   * @param dx null where nobody asks for it
   */
  void gradients(
      ConvShape shape,
      PoolShape pool,
      ShardRows shards,
      float[] x,
      float[] w,
      int wAt,
      float[] winners,
      float[] g,
      float[] dw,
      int dwAt,
      float[] dx) {
    planes.layOutPlanes(shape);
    if (dx == null) {
      gradient.layOut(shape);
    } else {
      gradient.layOutBordered(shape);
      tiles.turnedWeights(shape, w, wAt);
    }
    sums.begin(shape, shards, dw, dwAt);
    for (int s = 0; s < shards.shards(); s++) {
      for (int row = shards.from(s); row < shards.to(s); row++) {
        planes.fill(x, row * shape.inputSize());
        spread(pool, shape.filters(), row, winners, g, gradient.values());
        sums.add(planes, gradient, row > shards.from(s) || shards.resumed());
        if (dx != null) {
          int at = row * shape.inputSize();
          Convolution.inputGradient(shape, tiles, gradient, outputs, dx, at);
        }
      }
      sums.accept(!shards.isEmpty(s));
    }
    sums.finish(dw, dwAt);
  }

  /** The gradient of one image's convolution, in planes of [pixels][TILE]. */
  private void spread(
      PoolShape pool, int filters, int row, float[] winners, float[] g, float[] to) {
    int pixels = pool.outputs();
    float[] gradient = pooled.atLeast(pixels * TILE);
    for (int f = 0; f < filters; f += TILE) {
      int width = Math.min(TILE, filters - f);
      Packing.rowsToB(g, (row * filters + f) * pixels, pixels, width, pixels, gradient, 0, TILE);
      int plane = f * pool.inputs();
      for (int y = 0; y < pool.outHeight(); y++) {
        int pixel = y * pool.outWidth();
        int top = plane + 2 * y * pool.width() * TILE;
        for (int v = 0; v < width; v += LANES) {
          int winnersAt = (row * pixels + pixel) * filters + f + v;
          spreadRow(pool, gradient, pixel * TILE + v, winners, winnersAt, filters, to, top + v);
        }
        int end = 2 * pool.outWidth() * TILE;
        int pitch = pool.width() * TILE;
        Arrays.fill(to, top + end, top + pitch, 0f);
        Arrays.fill(to, top + pitch + end, top + 2 * pitch, 0f);
      }
      int used = 2 * pool.outHeight() * pool.width();
      Arrays.fill(to, plane + used * TILE, plane + pool.inputs() * TILE, 0f);
    }
  }

  /** One vector of filters at each pixel of a row of the pooling's outputs. */
  private static void spreadRow(
      PoolShape pool,
      float[] g,
      int gAt,
      float[] winners,
      int winnersAt,
      int pitch,
      float[] to,
      int top) {
    FloatVector zero = FloatVector.zero(SPECIES);
    int lower = top + pool.width() * TILE;
    int width = pool.outWidth();
    for (int x = 0; x < width; x++) {
      FloatVector winner = FloatVector.fromArray(SPECIES, winners, winnersAt + x * pitch);
      // As the sum that begins at +0 does it, a gradient of -0 becomes +0.
      FloatVector value = FloatVector.fromArray(SPECIES, g, gAt + x * TILE).add(0f);
      int at = 2 * x * TILE;
      zero.blend(value, winner.compare(VectorOperators.EQ, 0)).intoArray(to, top + at);
      zero.blend(value, winner.compare(VectorOperators.EQ, 1)).intoArray(to, top + at + TILE);
      zero.blend(value, winner.compare(VectorOperators.EQ, 2)).intoArray(to, lower + at);
      zero.blend(value, winner.compare(VectorOperators.EQ, 3)).intoArray(to, lower + at + TILE);
    }
  }
}
