package dev.yamabiko.tensor.vector;

import static dev.yamabiko.tensor.vector.Lanes.LANES;
import static dev.yamabiko.tensor.vector.Lanes.MAX_CHANNELS;
import static dev.yamabiko.tensor.vector.Lanes.MAX_TAPS;
import static dev.yamabiko.tensor.vector.Lanes.PITCH;
import static dev.yamabiko.tensor.vector.Lanes.SPECIES;
import static dev.yamabiko.tensor.vector.Lanes.TILE;

import dev.yamabiko.tensor.ConvShape;
import dev.yamabiko.tensor.ShardRows;
import dev.yamabiko.tensor.ShardSums;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Convolution and its gradients, image by image, as products over {@link TapPlanes}.
 *
 * <p>Forward and input gradient: tile rows are output channels, vectors run over neighbouring
 * pixels, which is how images are stored. Weight gradient: tile rows are taps, vectors run over
 * filters.
 */
final class Convolution {
  private final TapPlanes planes = new TapPlanes();
  private final Scratch weights = new Scratch();
  private final Scratch biasRows = new Scratch();
  private final Scratch gradientPanels = new Scratch();
  private final float[] fence = new float[Lanes.FENCE];
  private final float[] tile = new float[MAX_CHANNELS * TILE];
  private final ShardSums sums = new ShardSums();

  void forward(
      ConvShape shape,
      int rows,
      float[] x,
      int xAt,
      float[] w,
      int wAt,
      float[] b,
      int bAt,
      float[] y,
      int yAt) {
    int filters = shape.filters();
    int taps = shape.taps();
    int pixels = shape.outHeight() * shape.outWidth();
    planes.layOutInput(shape);
    int panels = Lanes.parts(filters, MAX_CHANNELS);
    float[] packed = weights.atLeast(panels * taps * PITCH);
    for (int i = 0; i < panels; i++) {
      int f = Lanes.start(filters, panels, i);
      int next = Lanes.start(filters, panels, i + 1);
      Packing.columnsToA(w, wAt + f, filters, next - f, taps, packed, i * taps * PITCH);
    }
    float[] bias = biasRows.atLeast(filters * TILE);
    for (int f = 0; f < filters; f++) {
      Arrays.fill(bias, f * TILE, (f + 1) * TILE, b[bAt + f]);
    }
    for (int n = 0; n < rows; n++) {
      planes.fill(x, xAt + n * shape.inputSize());
      image(filters, pixels, taps, packed, bias, y, yAt + n * filters * pixels);
    }
  }

  void inputGradient(
      ConvShape shape, int rows, float[] g, int gAt, float[] w, int wAt, float[] dx, int dxAt) {
    int channels = shape.channels();
    int taps = shape.filters() * shape.kernelHeight() * shape.kernelWidth();
    int pixels = shape.height() * shape.width();
    planes.layOutGradient(shape);
    float[] packed = packFlipped(shape, w, wAt);
    for (int n = 0; n < rows; n++) {
      planes.fill(g, gAt + n * shape.outputSize());
      image(channels, pixels, taps, packed, null, dx, dxAt + n * channels * pixels);
    }
  }

  /** A panels over channels; the steps are (filter, ky', kx'), the kernel turned by 180 degrees. */
  private float[] packFlipped(ConvShape shape, float[] w, int wAt) {
    int channels = shape.channels();
    int filters = shape.filters();
    int window = shape.kernelHeight() * shape.kernelWidth();
    int panels = Lanes.parts(channels, MAX_CHANNELS);
    float[] packed = weights.atLeast(panels * filters * window * PITCH);
    for (int i = 0; i < panels; i++) {
      int first = Lanes.start(channels, panels, i);
      int next = Lanes.start(channels, panels, i + 1);
      int panel = i * filters * window * PITCH;
      for (int c = first; c < next; c++) {
        for (int k = 0; k < window; k++) {
          int from = wAt + (c * window + k) * filters;
          int to = panel + (window - 1 - k) * PITCH + c - first;
          for (int f = 0; f < filters; f++) {
            packed[to + f * window * PITCH] = w[from + f];
          }
        }
      }
    }
    return packed;
  }

  /** One image's outputs [channels, pixels] from packed weights and the planes. */
  private void image(
      int channels, int pixels, int taps, float[] packed, float[] bias, float[] y, int yAt) {
    int panels = Lanes.parts(channels, MAX_CHANNELS);
    int tiles = Lanes.parts(pixels, TILE);
    for (int j = 0; j < tiles; j++) {
      // The last tile is moved left to end with the image: some outputs are computed twice, alike.
      int pixel = Math.max(0, Math.min(j * TILE, pixels - TILE));
      for (int i = 0; i < panels; i++) {
        int channel = Lanes.start(channels, panels, i);
        int height = Lanes.start(channels, panels, i + 1) - channel;
        boolean whole = pixels >= TILE;
        int at = yAt + channel * pixels + pixel;
        MicroKernels.offsetRows(
            height,
            packed,
            i * taps * PITCH,
            planes.values(),
            pixel,
            planes.offsets(),
            taps,
            whole ? y : tile,
            whole ? at : 0,
            whole ? pixels : TILE,
            bias,
            channel * TILE,
            TILE,
            fence);
        if (!whole) {
          Product.copy(height, pixels, tile, 0, TILE, y, at, pixels);
        }
      }
    }
  }

  void weightGradient(
      ConvShape shape,
      ShardRows shards,
      float[] x,
      int xAt,
      float[] g,
      int gAt,
      float[] dw,
      int dwAt) {
    int filters = shape.filters();
    int pitch = Lanes.parts(filters, TILE) * TILE;
    planes.layOutInput(shape);
    sums.begin((shape.taps() + 1) * pitch);
    if (shards.resumed()) {
      Product.copy(shape.taps() + 1, filters, dw, dwAt, filters, sums.hand(), 0, pitch);
    }
    for (int s = 0; s < shards.shards(); s++) {
      for (int row = shards.from(s); row < shards.to(s); row++) {
        planes.fill(x, xAt + row * shape.inputSize());
        boolean resume = row > shards.from(s) || shards.resumed();
        addImage(shape, g, gAt + row * shape.outputSize(), resume, sums.hand(), pitch);
      }
      sums.accept(!shards.isEmpty(s));
    }
    sums.finish(shape.taps() + 1, filters, dw, dwAt);
  }

  /** Continues the chains of dW [taps, pitch], and of db behind it, over one image's pixels. */
  private void addImage(
      ConvShape shape, float[] g, int gAt, boolean resume, float[] sum, int pitch) {
    int filters = shape.filters();
    int pixels = shape.outHeight() * shape.outWidth();
    int taps = shape.taps();
    int panels = Lanes.parts(taps, MAX_TAPS);
    float[] gs = gradientPanels.atLeast(pixels * TILE);
    for (int f = 0; f < filters; f += TILE) {
      int width = Math.min(TILE, filters - f);
      Packing.rowsToB(g, gAt + f * pixels, pixels, width, pixels, gs, 0);
      for (int i = 0; i < panels; i++) {
        int tap = Lanes.start(taps, panels, i);
        int height = Lanes.start(taps, panels, i + 1) - tap;
        MicroKernels.offsetColumns(
            height,
            planes.values(),
            planes.offsets(),
            tap,
            0,
            gs,
            0,
            pixels,
            sum,
            tap * pitch + f,
            pitch,
            resume,
            fence);
      }
      addPixels(gs, pixels, resume, sum, taps * pitch + f);
    }
  }

  /** Continues the chains of a tile's width of db over the pixels of a B panel. */
  private static void addPixels(float[] gs, int pixels, boolean resume, float[] sum, int at) {
    FloatVector left = FloatVector.zero(SPECIES);
    FloatVector right = left;
    if (resume) {
      left = FloatVector.fromArray(SPECIES, sum, at);
      right = FloatVector.fromArray(SPECIES, sum, at + LANES);
    }
    for (int p = 0; p < pixels; p++) {
      left = left.add(FloatVector.fromArray(SPECIES, gs, p * TILE));
      right = right.add(FloatVector.fromArray(SPECIES, gs, p * TILE + LANES));
    }
    left.intoArray(sum, at);
    right.intoArray(sum, at + LANES);
  }
}
