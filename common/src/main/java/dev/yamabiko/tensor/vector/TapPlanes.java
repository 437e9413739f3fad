package dev.yamabiko.tensor.vector;

import static dev.yamabiko.tensor.vector.Lanes.LANES;
import static dev.yamabiko.tensor.vector.Lanes.SPECIES;

import dev.yamabiko.tensor.ConvShape;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * One image [channels, height, width], laid out so that a convolution is a matrix product without
 * building the matrix. Taps are (channel, ky, kx), pixels lie side by side.
 *
 * <p>As {@link #layOutRows} does it, that is the image as it is, with a border of zeros around it
 * if it is padded. As {@link #layOutPlanes} does it, output rows follow each other without a gap:
 * for each channel and kx there is a plane of the image's columns as that kx sees them. Moving down
 * one ky is moving one plane row, so the planes are only kernelWidth copies of the image. With a
 * step of s between outputs there is a plane for each of the s remainders of ky. Padding is written
 * once per layout.
 */
final class TapPlanes implements Taps {

  private int channels;
  private int height;
  private int width;
  private int kernelHeight;
  private int kernelWidth;
  private int step;
  private int padHeight;
  private int padWidth;
  private int outHeight;
  private int outWidth;

  /** As the image lies, row by row, and not in planes for each kx. */
  private boolean direct;

  private int rowPitch;
  private int remainders;
  private int planeRows;
  private final Scratch planes = new Scratch();
  private float[] values;
  private int start;
  private int[] offsets = {};

  /** Output rows as wide as the image's, where that can be and the tiles of pixels are high. */
  void layOutRows(ConvShape shape) {
    layOut(shape, Lanes.fillsTiles(shape.outWidth()));
  }

  /** Output rows one behind the other. */
  void layOutPlanes(ConvShape shape) {
    layOut(shape, false);
  }

  private void layOut(ConvShape s, boolean rows) {
    channels = s.channels();
    height = s.height();
    width = s.width();
    kernelHeight = s.kernelHeight();
    kernelWidth = s.kernelWidth();
    step = s.stride();
    padHeight = s.padHeight();
    padWidth = s.padWidth();
    outHeight = s.outHeight();
    outWidth = s.outWidth();
    remainders = Math.min(step, kernelHeight);
    direct = step == 1 && (rows || kernelWidth == 1);
    rowPitch = direct ? width + 2 * padWidth : outWidth;
    planeRows = direct ? height + 2 * padHeight : outHeight + (kernelHeight - 1) / step;
    start = 0;
    if (!isImageItself()) {
      int size = channels * planesPerChannel() * planeRows * rowPitch;
      // A row's last vector may reach behind the image.
      values = planes.atLeast(size + LANES);
      Arrays.fill(values, 0, size, 0f);
    }
    int taps = channels * kernelHeight * kernelWidth;
    if (offsets.length < taps) {
      offsets = new int[taps];
    }
    for (int tap = 0; tap < taps; tap++) {
      int kx = tap % kernelWidth;
      int ky = tap / kernelWidth % kernelHeight;
      int channel = tap / kernelWidth / kernelHeight;
      offsets[tap] =
          direct
              ? (channel * planeRows + ky) * rowPitch + kx
              : planeAt(channel, kx, ky % step) + ky / step * rowPitch;
    }
  }

  private boolean isImageItself() {
    return direct && padHeight == 0 && padWidth == 0;
  }

  private int planesPerChannel() {
    return direct ? 1 : kernelWidth * remainders;
  }

  private int planeAt(int channel, int kx, int remainder) {
    return ((channel * kernelWidth + kx) * remainders + remainder) * planeRows * rowPitch;
  }

  /**
   * Takes the image [channels, height, width], which stays as it is as long as this is used. Planes
   * and their rows are written in ascending order: a row's last vector may reach into what comes
   * behind it, with the zeros that belong into its beginning.
   */
  void fill(float[] image, int at) {
    if (isImageItself()) {
      values = image;
      start = at;
      return;
    }
    for (int c = 0; c < channels; c++) {
      if (direct) {
        int to = (c * planeRows + padHeight) * rowPitch + padWidth;
        copyRows(image, at + c * height * width, width, values, to, rowPitch, height, width);
      } else {
        fillChannel(image, at + c * height * width, c);
      }
    }
  }

  private void fillChannel(float[] image, int at, int channel) {
    for (int kx = 0; kx < kernelWidth; kx++) {
      // Output column x sees source column x * step + kx - padWidth.
      int x = ceilDiv(Math.max(0, padWidth - kx), step);
      int source = x * step + kx - padWidth;
      int count = Math.min(ceilDiv(width - source, step), outWidth - x);
      for (int remainder = 0; remainder < remainders && count > 0; remainder++) {
        int plane = planeAt(channel, kx, remainder) + x;
        if (step == 1) {
          int rows = Math.min(planeRows - padHeight, height);
          int to = plane + padHeight * rowPitch;
          copyRows(image, at + source, width, values, to, rowPitch, rows, count);
        } else {
          fillPlane(image, at + source, remainder, count, plane);
        }
      }
    }
  }

  /** Part of the rows by part of the rows, a vector wide, the last first. */
  private static void copyRows(
      float[] from, int at, int pitch, float[] to, int toAt, int toPitch, int rows, int count) {
    for (int left = (count - 1) / LANES * LANES; left >= 0; left -= LANES) {
      int width = Math.min(LANES, count - left);
      int readable = Math.floorDiv(from.length - LANES - at - left, pitch) + 1;
      int whole = Math.max(0, Math.min(rows, readable));
      copyVectors(from, at + left, pitch, to, toAt + left, toPitch, whole, width);
      for (int row = whole; row < rows; row++) {
        System.arraycopy(from, at + row * pitch + left, to, toAt + row * toPitch + left, width);
      }
    }
  }

  /** A vector of each row, of which this many values are copied and zeros follow. */
  private static void copyVectors(
      float[] from, int at, int pitch, float[] to, int toAt, int toPitch, int rows, int width) {
    FloatVector zero = FloatVector.zero(SPECIES);
    VectorMask<Float> kept = Lanes.below(width);
    for (int row = 0; row < rows; row++) {
      zero.blend(FloatVector.fromArray(SPECIES, from, at + row * pitch), kept)
          .intoArray(to, toAt + row * toPitch);
    }
  }

  private void fillPlane(float[] image, int at, int remainder, int count, int plane) {
    for (int row = 0; row < planeRows; row++) {
      int y = row * step + remainder - padHeight;
      if (y >= 0 && y < height) {
        for (int i = 0; i < count; i++) {
          values[plane + row * rowPitch + i] = image[at + y * width + i * step];
        }
      }
    }
  }

  private static int ceilDiv(int a, int b) {
    return -Math.floorDiv(-a, b);
  }

  @Override
  public float[] values() {
    return values;
  }

  @Override
  public int start() {
    return start;
  }

  @Override
  public int[] offsets() {
    return offsets;
  }

  @Override
  public int rowPitch() {
    return rowPitch;
  }

  @Override
  public int pixelPitch() {
    return 1;
  }
}
