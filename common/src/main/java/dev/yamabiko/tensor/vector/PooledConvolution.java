package dev.yamabiko.tensor.vector;

import static dev.yamabiko.tensor.vector.Lanes.LANES;
import static dev.yamabiko.tensor.vector.Lanes.SPECIES;
import static dev.yamabiko.tensor.vector.Lanes.TILE;

import dev.yamabiko.tensor.ConvShape;
import dev.yamabiko.tensor.MaxPooling;
import dev.yamabiko.tensor.PoolShape;
import dev.yamabiko.tensor.PooledConvShape;
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
  private final TileTaps inputTiles = new TileTaps();
  private final TilePlanes tilePlanes = new TilePlanes();
  private final GradientTiles gradient = new GradientTiles();
  private final TileTaps gradientTiles = new TileTaps();
  private final FilterTiles tiles = new FilterTiles();
  private final TapSums sums = new TapSums();
  private final Scratch outputs = new Scratch();
  private final Scratch pooled = new Scratch();

  /** Whether vectors end with the filters. */
  static boolean fits(PooledConvShape shape) {
    return shape.convolution().filters() % LANES == 0 && LANES >= 4;
  }

  void forward(
      PooledConvShape shape,
      int rows,
      float[] x,
      float[] w,
      int wAt,
      float[] b,
      int bAt,
      float[] winners,
      float[] y) {
    ConvShape convolution = shape.convolution();
    PoolShape pool = shape.pool();
    int filters = convolution.filters();
    int pixels = pool.outputs();
    if (shape.tiledInput()) {
      inputTiles.layOutInput(convolution);
    } else {
      planes.layOutRows(convolution);
    }
    Taps image = shape.tiledInput() ? inputTiles : planes;
    tiles.weights(convolution.taps(), filters, w, wAt, b, bAt);
    float[] plane = pooled.atLeast(pixels * TILE);
    for (int n = 0; n < rows; n++) {
      if (shape.tiledInput()) {
        inputTiles.fill(x, n * convolution.inputSize());
      } else {
        planes.fill(x, n * convolution.inputSize());
      }
      for (int f = 0; f < filters; f += TILE) {
        int at = (n * filters + f) * pixels;
        int winnersAt = n * filters * pixels + f;
        if (shape.tiledOutput()) {
          pool(image, pool, shape.relu(), f, y, at, winners, winnersAt, filters);
        } else {
          pool(image, pool, shape.relu(), f, plane, 0, winners, winnersAt, filters);
          FilterTiles.toImages(plane, pixels, tiles.width(f), y, at);
        }
      }
    }
  }

  /** The plane [pixels][TILE] of outputs that begins with filter f. */
  private void pool(
      Taps image,
      PoolShape pool,
      boolean relu,
      int f,
      float[] y,
      int yAt,
      float[] winners,
      int winnersAt,
      int filters) {
    int width = pool.outWidth();
    float[] pair = outputs.atLeast(4 * width * TILE);
    for (int row = 0; row < pool.outHeight(); row++) {
      int from = image.start() + 2 * row * image.rowPitch();
      if (image.rowPitch() == 2 * width * image.pixelPitch()) {
        tiles.run(image, from, 4 * width, f, pair, 0);
      } else {
        tiles.run(image, from, 2 * width, f, pair, 0);
        tiles.run(image, from + image.rowPitch(), 2 * width, f, pair, 2 * width * TILE);
      }
      int pixel = row * width;
      for (int v = 0; v < tiles.width(f); v += LANES) {
        int to = yAt + pixel * TILE + v;
        poolRow(relu, width, pair, v, y, to, winners, winnersAt + pixel * filters + v, filters);
      }
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
    ConvShape convolution = shape.convolution();
    int inputs = convolution.inputSize();
    if (shape.tiledInput()) {
      tilePlanes.layOut(convolution);
    } else {
      planes.layOutPlanes(convolution);
    }
    gradient.layOut(convolution);
    if (dx != null) {
      gradientTiles.layOutGradient(convolution);
      tiles.turnedWeights(convolution, w, wAt);
    }
    sums.begin(convolution, shards, dw, dwAt);
    for (int s = 0; s < shards.shards(); s++) {
      for (int row = shards.from(s); row < shards.to(s); row++) {
        boolean resume = row > shards.from(s) || shards.resumed();
        spread(shape, row, winners, g);
        if (shape.tiledInput()) {
          tilePlanes.fill(x, row * inputs);
          sums.add(tilePlanes, gradient, resume);
        } else {
          planes.fill(x, row * inputs);
          sums.add(planes, gradient, resume);
        }
        if (dx != null) {
          inputGradient(shape, dx, row * inputs);
        }
      }
      sums.accept(!shards.isEmpty(s));
    }
    sums.finish(dw, dwAt);
  }

  /** Of one image, from its outputs to the convolution's. */
  private void spread(PooledConvShape shape, int row, float[] winners, float[] g) {
    int filters = shape.convolution().filters();
    PoolShape pool = shape.pool();
    int pixels = pool.outputs();
    float[] plane = pooled.atLeast(pixels * TILE);
    for (int f = 0; f < filters; f += TILE) {
      int width = Math.min(TILE, filters - f);
      int at = (row * filters + f) * pixels;
      int to = gradient.at(f);
      for (int v = 0; v < width; v += LANES) {
        int winnersAt = row * filters * pixels + f + v;
        if (shape.tiledOutput()) {
          spreadPlane(pool, g, at + v, winners, winnersAt, filters, to + v);
          continue;
        }
        if (v == 0) {
          Packing.rowsToB(g, at, pixels, width, pixels, plane, 0, TILE);
        }
        spreadPlane(pool, plane, v, winners, winnersAt, filters, to + v);
      }
      fillGaps(pool, to);
    }
  }

  /** One vector of filters at all pixels. */
  private void spreadPlane(
      PoolShape pool, float[] g, int gAt, float[] winners, int winnersAt, int filters, int to) {
    for (int y = 0; y < pool.outHeight(); y++) {
      int pixel = y * pool.outWidth();
      int top = to + 2 * y * pool.width() * TILE;
      spreadRow(
          pool,
          g,
          gAt + pixel * TILE,
          winners,
          winnersAt + pixel * filters,
          filters,
          top,
          gradient.values());
    }
  }

  private static void spreadRow(
      PoolShape pool,
      float[] g,
      int gAt,
      float[] winners,
      int winnersAt,
      int pitch,
      int top,
      float[] to) {
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

  /** Rows and columns that fill no window. */
  private void fillGaps(PoolShape pool, int plane) {
    float[] to = gradient.values();
    int pitch = pool.width() * TILE;
    int used = 2 * pool.outWidth() * TILE;
    for (int y = 0; y < 2 * pool.outHeight() && used < pitch; y++) {
      Arrays.fill(to, plane + y * pitch + used, plane + (y + 1) * pitch, 0f);
    }
    int bottom = plane + 2 * pool.outHeight() * pitch;
    Arrays.fill(to, bottom, plane + pool.height() * pitch, 0f);
  }

  private void inputGradient(PooledConvShape shape, float[] dx, int dxAt) {
    ConvShape convolution = shape.convolution();
    int height = convolution.height();
    int width = convolution.width();
    gradientTiles.fill(gradient.values(), gradient.at(0));
    if (!shape.tiledInput()) {
      tiles.images(gradientTiles, height, width, dx, dxAt);
      return;
    }
    for (int c = 0; c < convolution.channels(); c += TILE) {
      tiles.plane(gradientTiles, height, width, c, dx, dxAt + c * height * width);
    }
  }
}
