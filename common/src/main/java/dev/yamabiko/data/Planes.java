package dev.yamabiko.data;

import dev.yamabiko.tensor.Shape;
import java.util.Arrays;

/**
 * Moves the pixels of one image [channels, height, width], which lies in an array from {@code at}
 * on; every channel alike, and 0 where the source lies outside.
 */
final class Planes {

  private Planes() {}

  static void requireImage(String kind, Shape shape) {
    if (shape.rank() != 3) {
      throw new DataException(
          kind + " expects images [channels, height, width] but the inputs are " + shape);
    }
  }

  /** A larger move would leave nothing of some images. */
  static void requireLess(String kind, String name, int pixels, Shape shape) {
    int side = Math.min(shape.dimension(1), shape.dimension(2));
    if (pixels >= side) {
      throw new DataException(
          String.format(
              "%s expects %s less than %d, the smaller side of the images %s, but found %d",
              kind, name, side, shape, pixels));
    }
  }

  /** out[y][x] = in[y][width - 1 - x]. */
  static void mirrorRows(Shape shape, float[] values, int at) {
    int width = shape.dimension(2);
    int end = at + shape.size();
    for (int row = at; row < end; row += width) {
      for (int i = row, j = row + width - 1; i < j; i++, j--) {
        float swapped = values[i];
        values[i] = values[j];
        values[j] = swapped;
      }
    }
  }

  /** out[y][x] = in[height - 1 - y][x]. */
  static void mirrorColumns(Shape shape, float[] values, int at) {
    int height = shape.dimension(1);
    int width = shape.dimension(2);
    for (int c = 0; c < shape.dimension(0); c++) {
      int plane = at + c * height * width;
      for (int y = 0; y < height / 2; y++) {
        int upper = plane + y * width;
        int lower = plane + (height - 1 - y) * width;
        for (int x = 0; x < width; x++) {
          float swapped = values[upper + x];
          values[upper + x] = values[lower + x];
          values[lower + x] = swapped;
        }
      }
    }
  }

  /**
   * out[y][x] = in[y - down][x - right].
   *
   * @param down less than the height either way, as {@code right} is than the width
   */
  static void move(Shape shape, float[] values, int at, float[] scratch, int down, int right) {
    if (down == 0 && right == 0) {
      return;
    }
    int height = shape.dimension(1);
    int width = shape.dimension(2);
    int size = shape.size();
    System.arraycopy(values, at, scratch, 0, size);
    Arrays.fill(values, at, at + size, 0);
    int kept = width - Math.abs(right);
    for (int c = 0; c < shape.dimension(0); c++) {
      for (int y = Math.max(0, down); y < Math.min(height, height + down); y++) {
        int from = (c * height + y - down) * width + Math.max(0, -right);
        int to = at + (c * height + y) * width + Math.max(0, right);
        System.arraycopy(scratch, from, values, to, kept);
      }
    }
  }

  /**
   * Turns counter-clockwise, as the image is seen, about the centre ((height - 1) / 2, (width - 1)
   * / 2). With (v, u) the distance of (y, x) from the centre and a the angle, out[y][x] is in at
   *
   * <pre>
   *   row    v cos a + u sin a + (height - 1) / 2
   *   column u cos a - v sin a + (width - 1) / 2
   * </pre>
   *
   * interpolated between the four pixels around it: weights (1 - f) and f along each axis, products
   * and sum in double from the upper left to the lower right.
   *
   * @param angle in radians
   */
  static void rotate(Shape shape, float[] values, int at, float[] scratch, double angle) {
    int channels = shape.dimension(0);
    int height = shape.dimension(1);
    int width = shape.dimension(2);
    System.arraycopy(values, at, scratch, 0, shape.size());
    double sine = StrictMath.sin(angle);
    double cosine = StrictMath.cos(angle);
    double middleRow = (height - 1) / 2.0;
    double middleColumn = (width - 1) / 2.0;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        double v = y - middleRow;
        double u = x - middleColumn;
        double row = v * cosine + u * sine + middleRow;
        double column = u * cosine - v * sine + middleColumn;
        int top = (int) Math.floor(row);
        int left = (int) Math.floor(column);
        double down = row - top;
        double right = column - left;
        for (int c = 0; c < channels; c++) {
          int plane = c * height * width;
          double sum = pixel(scratch, plane, height, width, top, left) * ((1 - down) * (1 - right));
          sum += pixel(scratch, plane, height, width, top, left + 1) * ((1 - down) * right);
          sum += pixel(scratch, plane, height, width, top + 1, left) * (down * (1 - right));
          sum += pixel(scratch, plane, height, width, top + 1, left + 1) * (down * right);
          values[at + plane + y * width + x] = (float) sum;
        }
      }
    }
  }

  private static double pixel(float[] image, int plane, int height, int width, int y, int x) {
    return y >= 0 && y < height && x >= 0 && x < width ? image[plane + y * width + x] : 0;
  }
}
