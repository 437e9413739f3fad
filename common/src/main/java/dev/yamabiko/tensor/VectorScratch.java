package dev.yamabiko.tensor;

import static dev.yamabiko.tensor.VectorSizes.A_BLOCK;
import static dev.yamabiko.tensor.VectorSizes.A_MOST;
import static dev.yamabiko.tensor.VectorSizes.GROUP;
import static dev.yamabiko.tensor.VectorSizes.parts;

/** What the vector kernels keep, whose vectors have these sizes. */
public final class VectorScratch implements KernelScratch {

  /** Small arrays whose lengths depend on no layer. */
  private static final int FIXED = 1 << 13;

  private final VectorSizes sizes;
  private final int leastLines;
  private final Images convolution = new Images();
  private final Images pooled = new Images();
  private long productA;
  private long gradientA;
  private long gradientAPerRow;
  private long gradientBPerRow;
  private int mostRows = KernelScratch.MOST_FLOATS;
  private long lines;
  private long biasSums;

  /**
   * @param heap of the JVM: where it is large, arrays that begin at cache lines are longer
   */
  public VectorScratch(VectorSizes sizes, long heap) {
    this.sizes = sizes;
    leastLines = VectorSizes.leastLines(heap);
  }

  @Override
  public void dense(int rows, int in, int out, int shards) {
    product(rows, out, in, false);
    product(rows, in, out, true);
    if (sizes.turnsGradient(in, out)) {
      gradientA = Math.max(gradientA, panelsOfA(rows, out));
      lines(sizes.gradientB(rows, sizes.tile()));
    } else {
      gradientA = Math.max(gradientA, Math.min(panelsOfA(rows, in), mostOfA(rows)));
      lines(sizes.gradientB(rows, out));
    }
    biasSums = Math.max(biasSums, ShardSums.floats(shards, out));
    gradientAPerRow = Math.max(gradientAPerRow, sizes.gradientAPerRow(in, out));
    gradientBPerRow = Math.max(gradientBPerRow, sizes.gradientBPerRow(in, out));
    mostRows = Math.min(mostRows, sizes.mostRows(in, out));
  }

  private void product(int m, int n, int k, boolean turned) {
    if (n > sizes.lanes()) {
      productA = Math.max(productA, sizes.productA(m, k));
      lines(sizes.productB(m, n, k, turned));
    } else {
      // Its few panels are shorter than any array that begins at a cache line.
      lines(0);
    }
  }

  private void lines(long floats) {
    lines = Math.max(lines, atLines(floats));
  }

  private long atLines(long floats) {
    return Math.max(leastLines, VectorSizes.LINE_START + floats);
  }

  private long panelsOfA(int rows, int columns) {
    return (long) parts(columns, sizes.maxResumed()) * sizes.pitch() * rows;
  }

  /**
   * At once, over so many rows or fewer: short panels are made in groups, longer ones one by one.
   */
  private long mostOfA(int rows) {
    long panel = (long) sizes.pitch() * rows;
    return Math.max(panel, Math.max(A_BLOCK, Math.min(GROUP * panel, A_MOST)));
  }

  @Override
  public void convolution(ConvShape shape, int shards) {
    convolution.add(shape, shards);
  }

  @Override
  public void pooledConvolution(PooledConvShape shape, int rows, int shards) {
    pooled.add(shape.convolution(), shards);
    pooled.addPooling(shape);
  }

  @Override
  public long floats() {
    return FIXED + productA + gradientA + lines + biasSums + convolution.floats() + pooled.floats();
  }

  /** Of the floats, how many each further row adds where batches are long. */
  long floatsPerRow() {
    return gradientAPerRow + gradientBPerRow;
  }

  /** How many rows at once the longest of the arrays has room for. */
  int mostRows() {
    return mostRows;
  }

  /** As {@link KernelScratch.Greediest#longestOfConvolution}. */
  long longestOfConvolution(boolean inputGradient) {
    return inputGradient
        ? Math.max(convolution.longest, convolution.longestOfInputGradient)
        : convolution.longest;
  }

  /** Of convolutions, image by image. */
  private final class Images {
    private long planes;
    private long inputTiles;
    private long tilePlanes;
    private long gradient;
    private long gradientTiles;
    private long weights;
    private long outputs;
    private long pooling;
    private long offsets;
    private long sums;

    /** Of one array: forward and for weight gradients, and what input gradients need besides. */
    private long longest;

    private long longestOfInputGradient;

    void add(ConvShape shape, int shards) {
      int tile = sizes.tile();
      int taps = shape.taps();
      int window = shape.kernelHeight() * shape.kernelWidth();
      long outPixels = (long) shape.outHeight() * shape.outWidth();
      long filters = whole(shape.filters());
      long shapePlanes = planes(shape);
      long shapeGradient = atLines(filters * outPixels);
      planes = Math.max(planes, shapePlanes);
      gradient = Math.max(gradient, shapeGradient);
      int spreadHeight = shape.height() + shape.kernelHeight() - 1;
      int spreadWidth = shape.width() + shape.kernelWidth() - 1;
      boolean isSpread = spreadHeight > shape.outHeight() || spreadWidth > shape.outWidth();
      long spread = isSpread ? filters * spreadHeight * spreadWidth : 0;
      gradientTiles = Math.max(gradientTiles, spread);
      long turned = whole(shape.channels()) * shape.filters() * window;
      weights = Math.max(weights, filters + atLines(Math.max(filters * taps, turned)));
      long pixels = Math.max(outPixels, (long) shape.height() * shape.width());
      outputs = Math.max(outputs, tile * pixels);
      offsets = Math.max(offsets, taps + gradientTaps(shape));
      sums = Math.max(sums, ShardSums.floats(shards, (taps + 1) * filters));
      // Planes of outputs are no longer than these, as a tile is no wider than all filters.
      longest =
          Math.max(
              longest, Math.max(Math.max(shapePlanes, shapeGradient), atLines(filters * taps)));
      longestOfInputGradient = Math.max(longestOfInputGradient, Math.max(spread, atLines(turned)));
    }

    /** As the image lies, with its border, or a plane for each column of the kernel. */
    private long planes(ConvShape shape) {
      long whole = 0;
      if (shape.stride() == 1 && shape.padHeight() + shape.padWidth() > 0) {
        whole = (long) rows(shape) * (shape.width() + 2 * shape.padWidth());
      }
      long apart = 0;
      if (shape.stride() > 1 || shape.kernelWidth() > 1) {
        int remainders = Math.min(shape.stride(), shape.kernelHeight());
        int rows = shape.outHeight() + (shape.kernelHeight() - 1) / shape.stride();
        apart = (long) shape.kernelWidth() * remainders * rows * shape.outWidth();
      }
      return shape.channels() * Math.max(whole, apart) + sizes.lanes();
    }

    private int rows(ConvShape shape) {
      return shape.height() + 2 * shape.padHeight();
    }

    void addPooling(PooledConvShape shape) {
      ConvShape inner = shape.convolution();
      PoolShape pool = shape.pool();
      pooling = Math.max(pooling, sizes.tile() * (4L * pool.outWidth() + pool.outputs()));
      if (inner.stride() == 1 && inner.channels() % sizes.tile() == 0) {
        long row = (long) inner.channels() * rows(inner);
        boolean bordered = inner.padHeight() + inner.padWidth() > 0;
        long width = inner.width() + 2L * inner.padWidth();
        inputTiles = Math.max(inputTiles, bordered ? row * width : 0);
        tilePlanes = Math.max(tilePlanes, inner.kernelWidth() * row * inner.outWidth());
        offsets = Math.max(offsets, 2L * inner.taps() + gradientTaps(inner));
      }
    }

    private long gradientTaps(ConvShape shape) {
      return (long) shape.filters() * shape.kernelHeight() * shape.kernelWidth();
    }

    /** Channels in whole tiles. */
    private long whole(int channels) {
      return (long) parts(channels, sizes.tile()) * sizes.tile();
    }

    long floats() {
      return planes
          + inputTiles
          + tilePlanes
          + gradient
          + gradientTiles
          + weights
          + outputs
          + pooling
          + offsets
          + sums;
    }
  }
}
