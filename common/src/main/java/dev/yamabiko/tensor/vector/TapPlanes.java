package dev.yamabiko.tensor.vector;

import static dev.yamabiko.tensor.vector.Lanes.LANES;
import static dev.yamabiko.tensor.vector.Lanes.SPECIES;
import static dev.yamabiko.tensor.vector.Lanes.TILE;

import dev.yamabiko.tensor.ConvShape;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * One image laid out so that a convolution is a matrix product without building the matrix: what
 * tap t = (channel, ky, kx) sees at output pixel p is {@code values()[offset(t) + p]}, for all
 * pixels of the image in one run.
 *
 * <p>For each channel and kx there is a plane of the image's columns as that kx sees them, rows as
 * wide as the output. Moving down one ky is moving one plane row, so the planes are only
 * kernelWidth copies of the image. With a step of s between outputs there is a plane for each of
 * the s remainders of ky. Padding, and the zeros between the values of a dilated image, are written
 * once per layout.
 */
final class TapPlanes {

  /** 0, 1, 2, .. */
  private static final float[] NUMBERS = new float[LANES];

  static {
    for (int i = 0; i < LANES; i++) {
      NUMBERS[i] = i;
    }
  }

  private int channels;
  private int height;
  private int width;
  private int kernelHeight;
  private int kernelWidth;
  private int step;
  private int dilation;
  private int padHeight;
  private int padWidth;
  private int outHeight;
  private int outWidth;

  private int remainders;
  private int planeRows;
  private final Scratch planes = new Scratch();
  private float[] values;
  private int[] offsets = {};

  /** The convolution's input, as its outputs see it. */
  void layOutInput(ConvShape s) {
    channels = s.channels();
    height = s.height();
    width = s.width();
    step = s.stride();
    dilation = 1;
    padHeight = s.padHeight();
    padWidth = s.padWidth();
    outHeight = s.outHeight();
    outWidth = s.outWidth();
    layOut(s.kernelHeight(), s.kernelWidth());
  }

  /** The output's gradient, spread out to the stride, as the inputs see it. */
  void layOutGradient(ConvShape s) {
    channels = s.filters();
    height = s.outHeight();
    width = s.outWidth();
    step = 1;
    dilation = s.stride();
    padHeight = s.kernelHeight() - 1 - s.padHeight();
    padWidth = s.kernelWidth() - 1 - s.padWidth();
    outHeight = s.height();
    outWidth = s.width();
    layOut(s.kernelHeight(), s.kernelWidth());
  }

  private void layOut(int kernelHeight, int kernelWidth) {
    this.kernelHeight = kernelHeight;
    this.kernelWidth = kernelWidth;
    remainders = Math.min(step, kernelHeight);
    planeRows = outHeight + (kernelHeight - 1) / step;
    int size = channels * kernelWidth * remainders * planeRows * outWidth;
    // A tile may begin in the image and end behind it.
    values = planes.atLeast(size + TILE);
    Arrays.fill(values, 0, size, 0f);
    int taps = channels * kernelHeight * kernelWidth;
    if (offsets.length < taps) {
      offsets = new int[taps];
    }
    for (int tap = 0; tap < taps; tap++) {
      int kx = tap % kernelWidth;
      int ky = tap / kernelWidth % kernelHeight;
      int channel = tap / kernelWidth / kernelHeight;
      offsets[tap] = planeAt(channel, kx, ky % step) + ky / step * outWidth;
    }
  }

  private int planeAt(int channel, int kx, int remainder) {
    return ((channel * kernelWidth + kx) * remainders + remainder) * planeRows * outWidth;
  }

  /**
   * Writes the image [channels, height, width], planes and their rows in ascending order: a row's
   * last vector may reach into what comes behind it, with the zeros that belong into its beginning.
   */
  void fill(float[] image, int at) {
    for (int c = 0; c < channels; c++) {
      fillChannel(image, at + c * height * width, c);
    }
  }

  private void fillChannel(float[] image, int at, int channel) {
    for (int kx = 0; kx < kernelWidth; kx++) {
      // Output column x sees source column (x * step + kx - padWidth) / dilation, if it divides.
      int shift = kx - padWidth;
      int source = Math.max(0, ceilDiv(shift, dilation));
      int x = ceilDiv(source * dilation - shift, step);
      source = (x * step + shift) / dilation;
      int count = Math.min(ceilDiv(width - source, step), ceilDiv(outWidth - x, dilation));
      for (int remainder = 0; remainder < remainders && count > 0; remainder++) {
        int plane = planeAt(channel, kx, remainder) + x;
        if (step == 1 && dilation == 1) {
          int rows = Math.min(planeRows - padHeight, height);
          int to = plane + padHeight * outWidth;
          copyRows(image, at + source, width, values, to, outWidth, rows, count);
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
    VectorMask<Float> kept =
        FloatVector.fromArray(SPECIES, NUMBERS, 0).compare(VectorOperators.LT, width);
    for (int row = 0; row < rows; row++) {
      zero.blend(FloatVector.fromArray(SPECIES, from, at + row * pitch), kept)
          .intoArray(to, toAt + row * toPitch);
    }
  }

  private void fillPlane(float[] image, int at, int remainder, int count, int plane) {
    for (int row = 0; row < planeRows; row++) {
      int y = row * step + remainder - padHeight;
      if (y >= 0 && y % dilation == 0 && y / dilation < height) {
        copy(
            image,
            at + y / dilation * width,
            step,
            values,
            plane + row * outWidth,
            dilation,
            count);
      }
    }
  }

  private static void copy(
      float[] from, int at, int step, float[] to, int toAt, int toStep, int count) {
    for (int i = 0; i < count; i++) {
      to[toAt + i * toStep] = from[at + i * step];
    }
  }

  private static int ceilDiv(int a, int b) {
    return -Math.floorDiv(-a, b);
  }

  float[] values() {
    return values;
  }

  int[] offsets() {
    return offsets;
  }
}
