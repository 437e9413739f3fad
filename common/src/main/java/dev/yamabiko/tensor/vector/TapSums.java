package dev.yamabiko.tensor.vector;

import static dev.yamabiko.tensor.vector.Lanes.LANES;
import static dev.yamabiko.tensor.vector.Lanes.MAX_HEIGHT;
import static dev.yamabiko.tensor.vector.Lanes.MAX_TAPS;
import static dev.yamabiko.tensor.vector.Lanes.SPECIES;
import static dev.yamabiko.tensor.vector.Lanes.TILE;

import dev.yamabiko.tensor.ConvShape;
import dev.yamabiko.tensor.ShardRows;
import dev.yamabiko.tensor.ShardSums;
import jdk.incubator.vector.FloatVector;

/**
 * The weight gradient of a convolution, and the bias gradient behind it, along the tree over
 * shards: for every image of a shard {@link #add}, for every shard {@link #accept}. Tile rows are
 * taps, vectors run over filters.
 */
final class TapSums {
  private final ShardSums sums = new ShardSums();
  private final float[] fence = new float[Lanes.FENCE];
  private ConvShape shape;
  private int pitch;

  void begin(ConvShape shape, ShardRows shards, float[] dw, int dwAt) {
    this.shape = shape;
    int filters = shape.filters();
    pitch = Lanes.parts(filters, TILE) * TILE;
    sums.begin((shape.taps() + 1) * pitch);
    if (shards.resumed()) {
      Product.copy(shape.taps() + 1, filters, dw, dwAt, filters, sums.hand(), 0, pitch);
    }
  }

  /**
   * Continues the chains over one image, its taps in planes.
   *
   * @param resume it is not the first of its shard
   */
  void add(TapPlanes image, GradientTiles gradient, boolean resume) {
    int taps = shape.taps();
    int pixels = shape.outHeight() * shape.outWidth();
    int panels = Lanes.parts(taps, MAX_TAPS);
    for (int f = 0; f < shape.filters(); f += TILE) {
      for (int i = 0; i < panels; i++) {
        int tap = Lanes.start(taps, panels, i);
        MicroKernels.taps(
            Lanes.start(taps, panels, i + 1) - tap,
            shape.filters() - f <= LANES,
            image.values(),
            image.offsets(),
            tap,
            image.start(),
            gradient.values(),
            gradient.at(f),
            pixels,
            sums.hand(),
            tap * pitch + f,
            pitch,
            resume,
            fence);
      }
      addPixels(gradient.values(), gradient.at(f), pixels, resume, taps * pitch + f);
    }
  }

  /** The same with the image in tiles: tile rows are channels that lie side by side. */
  void add(TilePlanes image, GradientTiles gradient, boolean resume) {
    int window = shape.kernelHeight() * shape.kernelWidth();
    int pixels = shape.outHeight() * shape.outWidth();
    int panels = Lanes.parts(TILE, MAX_HEIGHT);
    for (int f = 0; f < shape.filters(); f += TILE) {
      for (int part = 0; part < shape.channels() / TILE * window; part++) {
        int tile = part / window;
        int at = image.at(tile, part % window / shape.kernelWidth(), part % shape.kernelWidth());
        for (int i = 0; i < panels; i++) {
          int channel = Lanes.start(TILE, panels, i);
          int tap = (tile * TILE + channel) * window + part % window;
          MicroKernels.tiledTaps(
              Lanes.start(TILE, panels, i + 1) - channel,
              shape.filters() - f <= LANES,
              image.values(),
              at + channel,
              gradient.values(),
              gradient.at(f),
              pixels,
              sums.hand(),
              tap * pitch + f,
              window * pitch,
              resume,
              fence);
        }
      }
      addPixels(gradient.values(), gradient.at(f), pixels, resume, shape.taps() * pitch + f);
    }
  }

  /** Continues the chains of a tile's width of db. */
  private void addPixels(float[] g, int gAt, int pixels, boolean resume, int at) {
    float[] sum = sums.hand();
    FloatVector left = FloatVector.zero(SPECIES);
    FloatVector right = left;
    if (resume) {
      left = FloatVector.fromArray(SPECIES, sum, at);
      right = FloatVector.fromArray(SPECIES, sum, at + LANES);
    }
    for (int p = 0; p < pixels; p++) {
      left = left.add(FloatVector.fromArray(SPECIES, g, gAt + p * TILE));
      right = right.add(FloatVector.fromArray(SPECIES, g, gAt + p * TILE + LANES));
    }
    left.intoArray(sum, at);
    right.intoArray(sum, at + LANES);
  }

  /** The shard's images have been added, or there are none. */
  void accept(boolean present) {
    sums.accept(present);
  }

  /** dW [taps, filters] and db [filters]. */
  void finish(float[] dw, int dwAt) {
    sums.finish(shape.taps() + 1, shape.filters(), dw, dwAt);
  }
}
