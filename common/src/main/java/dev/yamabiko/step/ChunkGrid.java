package dev.yamabiko.step;

import dev.yamabiko.tensor.TreeOrder;

/**
 * The fixed grid of chunks of the flat parameter vector on which every reduction across parameters
 * runs, so that the number of slices never shows: slices begin on the grid, each chunk gives one
 * double, and the doubles are added along the tree over chunk numbers.
 */
public final class ChunkGrid {

  public static final int CHUNK = 4096;

  private static final int LANES = 8;

  private ChunkGrid() {}

  public static int chunks(int parameters) {
    return (parameters - 1) / CHUNK + 1;
  }

  /**
   * Where slice k of K begins; slice K is the end of the vector. Slices may be empty if K is large.
   */
  public static int sliceFrom(int parameters, int slices, int slice) {
    long chunk = (long) chunks(parameters) * slice / slices;
    return (int) Math.min(parameters, chunk * CHUNK);
  }

  /**
   * Sums of squares of the chunks of a slice that begins on the grid.
   *
   * @param at where the slice begins in {@code values}
   * @param length of the slice
   */
  public static double[] squares(float[] values, int at, int length) {
    double[] sums = new double[length == 0 ? 0 : chunks(length)];
    for (int i = 0; i < sums.length; i++) {
      int done = i * CHUNK;
      int from = at + done;
      sums[i] = squaresOfChunk(values, from, from + Math.min(CHUNK, length - done));
    }
    return sums;
  }

  /** Element i is added to accumulator i mod 8; the accumulators are added pairwise. */
  private static double squaresOfChunk(float[] values, int from, int to) {
    double[] sum = new double[LANES];
    int i = from;
    for (; i + LANES <= to; i += LANES) {
      for (int lane = 0; lane < LANES; lane++) {
        double v = values[i + lane];
        sum[lane] += v * v;
      }
    }
    for (int lane = 0; i < to; i++, lane++) {
      double v = values[i];
      sum[lane] += v * v;
    }
    return ((sum[0] + sum[1]) + (sum[2] + sum[3])) + ((sum[4] + sum[5]) + (sum[6] + sum[7]));
  }

  /** The total of all chunks' sums, added along the tree over chunk numbers. */
  public static double total(double[] sums) {
    Total total = new Total(TreeOrder.levels(sums.length));
    TreeOrder tree = new TreeOrder(total);
    for (double sum : sums) {
      total.hand = sum;
      tree.accept(true);
    }
    return tree.finish() ? total.hand : 0;
  }

  /** A network may have very many chunks, so no number is boxed here. */
  private static final class Total implements TreeOrder.Combiner {
    private final double[] stored;
    private double hand;

    Total(int levels) {
      stored = new double[levels];
    }

    @Override
    public void addStored(int level) {
      hand = stored[level] + hand;
    }

    @Override
    public void store(int level) {
      stored[level] = hand;
    }

    @Override
    public void load(int level) {
      hand = stored[level];
    }
  }
}
