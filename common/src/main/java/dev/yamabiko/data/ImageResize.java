package dev.yamabiko.data;

import java.util.Arrays;

/**
 * Resizes images in integers, so that every machine gets the same bytes. Height and width are
 * resized each for itself (an image is stretched, not cropped, where the aspect ratio changes), by
 * weights along each axis. Let {@code in} pixels become {@code out}:
 *
 * <ul>
 *   <li>in = out: pixel j is pixel j.
 *   <li>Shrinking takes the average over the area: pixel j covers [j in/out, (j+1) in/out) of the
 *       old axis, and each old pixel counts by the length that is covered of it.
 *   <li>Enlarging interpolates linearly between centres: pixel j lies at s = (j + 1/2) in/out - 1/2
 *       of the old axis, held to [0, in - 1], and takes (1 - f) of pixel i = floor(s) and f = s - i
 *       of pixel i + 1.
 * </ul>
 *
 * Multiplied by {@code out} or by {@code 2 out} these weights are integers. A value is the exact
 * sum of (row weight * column weight * old value), divided by the weights' sum and rounded once,
 * halves up.
 */
final class ImageResize {

  /** The weights of old pixels first .. first + weights.length - 1 in one new pixel. */
  private record Support(int first, long[] weights) {}

  private ImageResize() {}

  /** Writes the image at the new size to {@code into}, from {@code at} on. */
  static void resize(BytePlanes image, int height, int width, byte[] into, int at) {
    if (image.height() == height && image.width() == width) {
      System.arraycopy(image.values(), 0, into, at, image.values().length);
      return;
    }
    Support[] rows = supports(image.height(), height);
    Support[] columns = supports(image.width(), width);
    for (int c = 0; c < image.channels(); c++) {
      plane(image, c, rows, columns, into, at + c * height * width);
    }
  }

  private static void plane(
      BytePlanes image, int channel, Support[] rows, Support[] columns, byte[] into, int at) {
    long total = sum(rows[0].weights) * sum(columns[0].weights);
    // Neighbouring new rows share at most two old ones, and those are next to each other.
    long[][] resized = new long[2][columns.length];
    int[] resizedRow = {-1, -1};
    long[] sums = new long[columns.length];
    for (int y = 0; y < rows.length; y++) {
      Arrays.fill(sums, 0);
      for (int i = 0; i < rows[y].weights.length; i++) {
        int row = rows[y].first + i;
        int slot = row & 1;
        if (resizedRow[slot] != row) {
          resizeRow(
              image, (channel * image.height() + row) * image.width(), columns, resized[slot]);
          resizedRow[slot] = row;
        }
        long weight = rows[y].weights[i];
        for (int x = 0; x < sums.length; x++) {
          sums[x] += weight * resized[slot][x];
        }
      }
      for (int x = 0; x < sums.length; x++) {
        into[at + y * columns.length + x] = (byte) ((sums[x] + total / 2) / total);
      }
    }
  }

  private static void resizeRow(BytePlanes image, int from, Support[] columns, long[] into) {
    for (int x = 0; x < columns.length; x++) {
      long sum = 0;
      for (int i = 0; i < columns[x].weights.length; i++) {
        sum += columns[x].weights[i] * (image.values()[from + columns[x].first + i] & 0xFF);
      }
      into[x] = sum;
    }
  }

  private static Support[] supports(int in, int out) {
    Support[] supports = new Support[out];
    for (int j = 0; j < out; j++) {
      supports[j] = out <= in ? area(in, out, j) : between(in, out, j);
    }
    return supports;
  }

  /** In units of 1 / out old pixels: pixel j covers [j in, (j+1) in), old pixel i [i out, ...). */
  private static Support area(int in, int out, int j) {
    long from = (long) j * in;
    long to = from + in;
    int first = (int) (from / out);
    int last = (int) ((to - 1) / out);
    long[] weights = new long[last - first + 1];
    for (int i = first; i <= last; i++) {
      weights[i - first] = Math.min(to, (i + 1L) * out) - Math.max(from, (long) i * out);
    }
    return new Support(first, weights);
  }

  /** In units of 1 / (2 out) old pixels: pixel j lies at (2j + 1) in - out. */
  private static Support between(int in, int out, int j) {
    long unit = 2L * out;
    long at = Math.max(0, Math.min((2L * j + 1) * in - out, (in - 1) * unit));
    int first = (int) (at / unit);
    long fraction = at % unit;
    return fraction == 0
        ? new Support(first, new long[] {unit})
        : new Support(first, new long[] {unit - fraction, fraction});
  }

  private static long sum(long[] weights) {
    long sum = 0;
    for (long weight : weights) {
      sum += weight;
    }
    return sum;
  }
}
