package dev.yamabiko.tensor.vector;

import static dev.yamabiko.tensor.vector.Lanes.TILE;

import dev.yamabiko.tensor.ConvShape;
import java.util.Arrays;

/**
 * One image in tiles, as {@link TapPlanes#layOutPlanes} has one that is not: for each kx and each
 * TILE channels a plane [rows][output columns][TILE] of what that kx sees. The convolution's stride
 * is 1.
 */
final class TilePlanes {
  private final Scratch room = new Scratch();
  private ConvShape shape;
  private int tiles;
  private int rows;
  private float[] values;

  void layOut(ConvShape shape) {
    this.shape = shape;
    tiles = shape.channels() / TILE;
    rows = shape.height() + 2 * shape.padHeight();
    int size = shape.kernelWidth() * tiles * rows * shape.outWidth() * TILE;
    values = room.atLeast(size);
    Arrays.fill(values, 0, size, 0f);
  }

  void fill(float[] image, int at) {
    int width = shape.width();
    for (int kx = 0; kx < shape.kernelWidth(); kx++) {
      int x = Math.max(0, shape.padWidth() - kx);
      int source = x + kx - shape.padWidth();
      int count = Math.min(width - source, shape.outWidth() - x);
      for (int tile = 0; tile < tiles; tile++) {
        int to = at(tile, shape.padHeight(), kx) + x * TILE;
        for (int y = 0; y < shape.height() && count > 0; y++) {
          int from = at + ((tile * shape.height() + y) * width + source) * TILE;
          System.arraycopy(image, from, values, to + y * shape.outWidth() * TILE, count * TILE);
        }
      }
    }
  }

  float[] values() {
    return values;
  }

  /**
   * Where the pixels begin that taps (a channel of the tile, ky, kx) see, and the first's value.
   */
  int at(int tile, int ky, int kx) {
    return ((kx * tiles + tile) * rows + ky) * shape.outWidth() * TILE;
  }
}
