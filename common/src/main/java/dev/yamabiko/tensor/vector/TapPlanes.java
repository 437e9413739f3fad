package dev.yamabiko.tensor.vector;

import static dev.yamabiko.tensor.vector.Lanes.LANES;
import static dev.yamabiko.tensor.vector.Lanes.SPECIES;
import static dev.yamabiko.tensor.vector.Lanes.TILE;

import dev.yamabiko.tensor.ConvShape;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

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

  /** Writes the image [channels, height, width]. */
  void fill(float[] image, int at) {
    for (int kx = 0; kx < kernelWidth; kx++) {
      // Output column x sees source column (x * step + kx - padWidth) / dilation, if it divides.
      int shift = kx - padWidth;
      int source = Math.max(0, ceilDiv(shift, dilation));
      int x = ceilDiv(source * dilation - shift, step);
      source = (x * step + shift) / dilation;
      int count = Math.min(ceilDiv(width - source, step), ceilDiv(outWidth - x, dilation));
      for (int c = 0; c < channels && count > 0; c++) {
        for (int remainder = 0; remainder < remainders; remainder++) {
          int plane = planeAt(c, kx, remainder) + x;
          fillPlane(image, at + c * height * width + source, remainder, count, plane);
        }
      }
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
    if (step == 1 && toStep == 1 && count >= LANES) {
      int i = 0;
      for (; i + LANES <= count; i += LANES) {
        FloatVector.fromArray(SPECIES, from, at + i).intoArray(to, toAt + i);
      }
      int last = count - LANES;
      FloatVector.fromArray(SPECIES, from, at + last).intoArray(to, toAt + last);
      return;
    }
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
