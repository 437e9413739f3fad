package dev.yamabiko.tensor.vector;

import static dev.yamabiko.tensor.vector.Lanes.TILE;

import dev.yamabiko.tensor.ConvShape;
import java.util.Arrays;

/**
 * The gradient of one image's outputs, a plane of [pixels][TILE] for each TILE filters; what the
 * last has beyond the filters is of no meaning. And the same spread out to the stride, with a
 * border of zeros, so that what tap (filter, ky', kx') of the turned kernel sees at input pixel (y,
 * x) is {@code bordered()[offsets()[t] + y * rowPitch() + x * TILE]}.
 */
final class GradientTiles {
  private final Scratch planes = new Scratch();
  private final Scratch borders = new Scratch();
  private ConvShape shape;
  private int pixels;
  private float[] values;
  private int top;
  private int left;
  private int rows;
  private int columns;
  private float[] bordered;
  private int[] offsets = {};

  /** For the weight gradient alone. */
  void layOut(ConvShape shape) {
    this.shape = shape;
    pixels = shape.outHeight() * shape.outWidth();
    values = planes.atLeast(count() * pixels * TILE);
  }

  /** For the input gradient, too. */
  void layOutBordered(ConvShape shape) {
    layOut(shape);
    top = shape.kernelHeight() - 1 - shape.padHeight();
    left = shape.kernelWidth() - 1 - shape.padWidth();
    rows = shape.height() + shape.kernelHeight() - 1;
    columns = shape.width() + shape.kernelWidth() - 1;
    int size = count() * rows * columns * TILE;
    bordered = borders.atLeast(size);
    Arrays.fill(bordered, 0, size, 0f);
    int window = shape.kernelHeight() * shape.kernelWidth();
    int taps = shape.filters() * window;
    if (offsets.length < taps) {
      offsets = new int[taps];
    }
    for (int tap = 0; tap < taps; tap++) {
      int f = tap / window;
      int ky = tap % window / shape.kernelWidth();
      int kx = tap % shape.kernelWidth();
      offsets[tap] = ((f / TILE * rows + ky) * columns + kx) * TILE + f % TILE;
    }
  }

  private int count() {
    return Lanes.parts(shape.filters(), TILE);
  }

  /** Takes the gradient [filters, height, width]. */
  void fill(float[] g, int at) {
    for (int f = 0; f < shape.filters(); f += TILE) {
      int width = Math.min(TILE, shape.filters() - f);
      Packing.rowsToB(g, at + f * pixels, pixels, width, pixels, values, f * pixels, TILE);
    }
  }

  /** The planes, to be read, or to be written instead of {@link #fill}. */
  float[] values() {
    return values;
  }

  /** Copies the planes into the border. */
  void border() {
    int stride = shape.stride();
    int width = shape.outWidth();
    for (int plane = 0; plane < count(); plane++) {
      for (int y = 0; y < shape.outHeight(); y++) {
        int from = (plane * pixels + y * width) * TILE;
        int to = ((plane * rows + top + y * stride) * columns + left) * TILE;
        if (stride == 1) {
          System.arraycopy(values, from, bordered, to, width * TILE);
          continue;
        }
        for (int x = 0; x < width; x++) {
          System.arraycopy(values, from + x * TILE, bordered, to + x * stride * TILE, TILE);
        }
      }
    }
  }

  float[] bordered() {
    return bordered;
  }

  int[] offsets() {
    return offsets;
  }

  /** From an input row to the next. */
  int rowPitch() {
    return columns * TILE;
  }
}
