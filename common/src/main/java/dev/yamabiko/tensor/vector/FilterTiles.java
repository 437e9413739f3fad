package dev.yamabiko.tensor.vector;

import static dev.yamabiko.tensor.vector.Lanes.LANES;
import static dev.yamabiko.tensor.vector.Lanes.MAX_PIXELS;
import static dev.yamabiko.tensor.vector.Lanes.TILE;
import static dev.yamabiko.tensor.vector.LineScratch.START;

import dev.yamabiko.tensor.ConvShape;

/**
 * One image's outputs of a convolution from {@link TapPlanes}, or its input gradient from {@link
 * GradientTiles}: tile rows are neighbouring pixels, vectors run over filters. The result is a
 * plane of [pixels][TILE] for each TILE filters; of the last, what is beyond the filters holds
 * anything.
 */
final class FilterTiles {
  private final LineScratch weights = new LineScratch();
  private final Scratch biases = new Scratch();
  private final Scratch plane = new Scratch();
  private final float[] fence = new float[Lanes.FENCE];
  private int filters;
  private int taps;
  private float[] packed;

  /** Null where nothing is added. */
  private float[] bias;

  /** Weights W [taps, filters], and biases b [filters], which are added last. */
  void weights(int taps, int filters, float[] w, int wAt, float[] b, int bAt) {
    begin(taps, filters);
    for (int f = 0; f < filters; f += TILE) {
      Packing.columnsToB(w, wAt + f, filters, width(f), taps, packed, START + f * taps);
    }
    bias = biases.atLeast(count() * TILE);
    System.arraycopy(b, bAt, bias, 0, filters);
  }

  /** For the input gradient: channels are filters, and the kernel is turned by 180 degrees. */
  void turnedWeights(ConvShape shape, float[] w, int wAt) {
    int filters = shape.filters();
    int window = shape.kernelHeight() * shape.kernelWidth();
    begin(filters * window, shape.channels());
    bias = null;
    for (int c = 0; c < shape.channels(); c += TILE) {
      for (int k = 0; k < window; k++) {
        int from = wAt + (c * window + k) * filters;
        int to = START + c * taps + (window - 1 - k) * TILE;
        int pitch = window * filters;
        Packing.rowsToB(w, from, pitch, width(c), filters, packed, to, window * TILE);
      }
    }
  }

  private void begin(int taps, int filters) {
    this.taps = taps;
    this.filters = filters;
    packed = weights.atLeast(count() * TILE * taps);
  }

  private int count() {
    return Lanes.parts(filters, TILE);
  }

  /** Filters of the plane that begins with filter f. */
  int width(int f) {
    return Math.min(TILE, filters - f);
  }

  /** All of the image's planes, of this height and width, as [filters, height, width]. */
  void images(Taps image, int height, int width, float[] y, int yAt) {
    int pixels = height * width;
    float[] values = plane.atLeast(pixels * TILE);
    for (int f = 0; f < filters; f += TILE) {
      plane(image, height, width, f, values, 0);
      toImages(values, pixels, width(f), y, yAt + f * pixels);
    }
  }

  /** The whole plane that begins with filter f, of this height and width. */
  void plane(Taps image, int height, int width, int f, float[] to, int toAt) {
    if (image.rowPitch() == width * image.pixelPitch()) {
      run(image, image.start(), height * width, f, to, toAt);
      return;
    }
    for (int y = 0; y < height; y++) {
      run(image, image.start() + y * image.rowPitch(), width, f, to, toAt + y * width * TILE);
    }
  }

  /**
   * Neighbouring pixels of the plane that begins with filter f.
   *
   * @param from the first pixel's place in the image's values
   */
  void run(Taps image, int from, int pixels, int f, float[] to, int toAt) {
    boolean narrow = width(f) <= LANES;
    int panel = START + f * taps;
    int pitch = image.pixelPitch();
    int parts = Lanes.parts(pixels, MAX_PIXELS);
    for (int i = 0; i < parts; i++) {
      int pixel = Lanes.start(pixels, parts, i);
      int height = Lanes.start(pixels, parts, i + 1) - pixel;
      int at = from + pixel * pitch;
      int out = toAt + pixel * TILE;
      float[] values = image.values();
      int[] offsets = image.offsets();
      if (pitch == 1) {
        MicroKernels.pixels(
            height, narrow, values, at, offsets, packed, panel, taps, to, out, bias, f, fence);
      } else {
        MicroKernels.tiledPixels(
            height, narrow, values, at, offsets, packed, panel, taps, to, out, bias, f, fence);
      }
    }
  }

  /** From a plane [pixels][TILE] to images [width][pixels]. */
  static void toImages(float[] plane, int pixels, int width, float[] y, int yAt) {
    int done = 0;
    if (pixels >= LANES) {
      int groups = width / LANES;
      for (int p = 0; p < pixels; p += LANES) {
        // The last group is moved back to end with the image: some are written twice, alike.
        int pixel = Math.min(p, pixels - LANES);
        MicroKernels.transpose(plane, pixel * TILE, TILE, y, yAt + pixel, pixels, groups);
      }
      done = groups * LANES;
    }
    for (int f = done; f < width; f++) {
      for (int p = 0; p < pixels; p++) {
        y[yAt + f * pixels + p] = plane[p * TILE + f];
      }
    }
  }
}
