package dev.yamabiko.tensor.vector;

import static dev.yamabiko.tensor.vector.Lanes.TILE;

import dev.yamabiko.tensor.ConvShape;
import java.util.Arrays;

/**
 * One image in tiles, [channels / TILE][pixels][TILE], as a convolution with outputs one pixel
 * apart sees it: with a border of zeros, and spread out, where it needs them. Taps are (channel,
 * ky, kx).
 */
final class TileTaps implements Taps {
  private final Scratch room = new Scratch();
  private int tiles;
  private int height;
  private int width;
  private int spread;
  private int top;
  private int left;
  private int rows;
  private int columns;
  private float[] values;
  private int start;
  private int[] offsets = {};

  /** The convolution's input; its stride is 1. */
  void layOutInput(ConvShape shape) {
    height = shape.height();
    width = shape.width();
    spread = 1;
    top = shape.padHeight();
    left = shape.padWidth();
    rows = height + 2 * top;
    columns = width + 2 * left;
    layOut(shape.channels(), shape.kernelHeight(), shape.kernelWidth());
  }

  /** The gradient of its output, spread out to the stride, as the turned kernel sees it. */
  void layOutGradient(ConvShape shape) {
    height = shape.outHeight();
    width = shape.outWidth();
    spread = shape.stride();
    top = shape.kernelHeight() - 1 - shape.padHeight();
    left = shape.kernelWidth() - 1 - shape.padWidth();
    rows = shape.height() + shape.kernelHeight() - 1;
    columns = shape.width() + shape.kernelWidth() - 1;
    layOut(shape.filters(), shape.kernelHeight(), shape.kernelWidth());
  }

  private void layOut(int channels, int kernelHeight, int kernelWidth) {
    tiles = Lanes.parts(channels, TILE);
    if (!isImageItself()) {
      int size = tiles * rows * columns * TILE;
      values = room.atLeast(size);
      start = 0;
      Arrays.fill(values, 0, size, 0f);
    }
    int window = kernelHeight * kernelWidth;
    int taps = channels * window;
    if (offsets.length < taps) {
      offsets = new int[taps];
    }
    for (int tap = 0; tap < taps; tap++) {
      int channel = tap / window;
      int ky = tap % window / kernelWidth;
      int kx = tap % kernelWidth;
      int plane = channel / TILE * rows;
      offsets[tap] = ((plane + ky) * columns + kx) * TILE + channel % TILE;
    }
  }

  private boolean isImageItself() {
    return rows == height && columns == width;
  }

  /** Takes the image, which stays as it is as long as this is used. */
  void fill(float[] image, int at) {
    if (isImageItself()) {
      values = image;
      start = at;
      return;
    }
    for (int tile = 0; tile < tiles; tile++) {
      for (int y = 0; y < height; y++) {
        int from = at + (tile * height + y) * width * TILE;
        int to = ((tile * rows + top + y * spread) * columns + left) * TILE;
        if (spread == 1) {
          System.arraycopy(image, from, values, to, width * TILE);
          continue;
        }
        for (int x = 0; x < width; x++) {
          System.arraycopy(image, from + x * TILE, values, to + x * spread * TILE, TILE);
        }
      }
    }
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
    return columns * TILE;
  }

  @Override
  public int pixelPitch() {
    return TILE;
  }
}
