package dev.yamabiko.tensor.vector;

import static dev.yamabiko.tensor.vector.Lanes.LANES;
import static dev.yamabiko.tensor.vector.Lanes.MAX_TAPS;
import static dev.yamabiko.tensor.vector.Lanes.PITCH;
import static dev.yamabiko.tensor.vector.Lanes.SPECIES;
import static dev.yamabiko.tensor.vector.Lanes.TILE;
import static dev.yamabiko.tensor.vector.LineScratch.START;

import jdk.incubator.vector.FloatVector;

/**
 * C = A B (+ bias) where B has so few columns that one vector holds them, as the head of a
 * classifier has: to pack A would take as long as to multiply, so its rows are read where they lie.
 */
final class NarrowProduct {

  /** Steps per block: a panel of B is at most half of a first-level cache. */
  private static final int STEPS = 256;

  private static final int TILE_ROOM = MAX_TAPS * TILE;
  private static final int PANEL = START + TILE_ROOM;

  /** A tile, and a panel [steps][PITCH] behind it: B is no wider than a panel of A. */
  private final LineScratch bPanels;

  private final float[] biasTile = new float[LANES];
  private final int[] rows = new int[MAX_TAPS];
  private final float[] fence = new float[Lanes.FENCE];

  /** With room for panels that others use in between. */
  NarrowProduct(LineScratch bPanels) {
    this.bPanels = bPanels;
  }

  static boolean fits(int n) {
    return n <= LANES;
  }

  /** As in {@link Product}; relu only with a bias. */
  void multiply(
      int m,
      int n,
      int k,
      float[] a,
      int aAt,
      float[] b,
      int bAt,
      boolean transposed,
      float[] bias,
      int biasAt,
      boolean relu,
      float[] c,
      int cAt) {
    for (int r = 0; r < MAX_TAPS; r++) {
      rows[r] = r * k;
    }
    if (bias != null) {
      System.arraycopy(bias, biasAt, biasTile, 0, n);
    }
    float[] bs = bPanels.atLeast(TILE_ROOM + STEPS * PITCH);
    int panels = Lanes.parts(m, MAX_TAPS);
    for (int from = 0; from < k; from += STEPS) {
      int steps = Math.min(STEPS, k - from);
      boolean last = from + steps == k;
      if (transposed) {
        Packing.rowsToB(b, bAt + from, k, n, steps, bs, PANEL, PITCH);
      } else {
        Packing.columnsToA(b, bAt + from * n, n, n, steps, bs, PANEL);
      }
      for (int i = 0; i < panels; i++) {
        int r = Lanes.start(m, panels, i);
        int height = Lanes.start(m, panels, i + 1) - r;
        int at = cAt + r * n;
        if (from > 0) {
          Product.copy(height, n, c, at, n, bs, START, TILE);
        }
        int left = aAt + r * k + from;
        MicroKernels.narrow(
            height, a, rows, 0, left, bs, PANEL, steps / 2, bs, START, TILE, from > 0, fence);
        // Not with a second step of zeros: that would turn -0 into 0, and infinity into NaN.
        if (steps % 2 == 1) {
          int p = steps - 1;
          int row = PANEL + p * PITCH;
          MicroKernels.taps(
              height, true, a, rows, 0, left + p, bs, row, 1, bs, START, TILE, true, fence);
        }
        if (last && bias != null) {
          addBias(height, bs, relu);
        }
        put(height, n, bs, START, TILE, c, at);
      }
    }
  }

  private void addBias(int height, float[] tile, boolean relu) {
    FloatVector row = FloatVector.fromArray(SPECIES, biasTile, 0);
    for (int r = 0; r < height; r++) {
      FloatVector sum = row.add(FloatVector.fromArray(SPECIES, tile, START + r * TILE));
      (relu ? sum.max(0f) : sum).intoArray(tile, START + r * TILE);
    }
  }

  /**
   * The tile's rows one behind the other: what is written behind one is overwritten by the next.
   */
  static void put(int height, int n, float[] tile, int tileAt, int pitch, float[] c, int at) {
    int whole = Math.max(0, Math.floorDiv(height * n - LANES, n) + 1);
    for (int r = 0; r < whole; r++) {
      FloatVector.fromArray(SPECIES, tile, tileAt + r * pitch).intoArray(c, at + r * n);
    }
    int rest = height - whole;
    Product.copy(rest, n, tile, tileAt + whole * pitch, pitch, c, at + whole * n, n);
  }
}
