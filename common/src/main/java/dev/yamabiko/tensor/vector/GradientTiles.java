package dev.yamabiko.tensor.vector;

import static dev.yamabiko.tensor.vector.Lanes.TILE;

import dev.yamabiko.tensor.ConvShape;

/**
 * The gradient of one image's outputs in tiles: [pixels][TILE] for each TILE filters; what the last
 * has beyond the filters is of no meaning.
 */
final class GradientTiles {
  private final LineScratch room = new LineScratch();
  private int filters;
  private int pixels;
  private float[] values;

  void layOut(ConvShape shape) {
    filters = shape.filters();
    pixels = shape.outHeight() * shape.outWidth();
    values = room.atLeast(Lanes.parts(filters, TILE) * TILE * pixels);
  }

  /** Takes the gradient [filters, pixels]. */
  void fill(float[] g, int gAt) {
    for (int f = 0; f < filters; f += TILE) {
      int width = Math.min(TILE, filters - f);
      Packing.rowsToB(g, gAt + f * pixels, pixels, width, pixels, values, at(f), TILE);
    }
  }

  /** Where the tiles of TILE filters from f on begin. */
  int at(int f) {
    return LineScratch.START + f * pixels;
  }

  /** To be read, or to be written instead of {@link #fill}. */
  float[] values() {
    return values;
  }
}
