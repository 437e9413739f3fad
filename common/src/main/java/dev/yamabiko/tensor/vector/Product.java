package dev.yamabiko.tensor.vector;

import static dev.yamabiko.tensor.VectorSizes.GROUP;
import static dev.yamabiko.tensor.vector.Lanes.LANES;
import static dev.yamabiko.tensor.vector.Lanes.MAX_HEIGHT;
import static dev.yamabiko.tensor.vector.Lanes.MAX_RESUMED;
import static dev.yamabiko.tensor.vector.Lanes.PITCH;
import static dev.yamabiko.tensor.vector.Lanes.SIZES;
import static dev.yamabiko.tensor.vector.Lanes.SPECIES;
import static dev.yamabiko.tensor.vector.Lanes.TILE;
import static dev.yamabiko.tensor.vector.LineScratch.START;

import jdk.incubator.vector.FloatVector;

/**
 * C = A B (+ bias), blocked for the caches after Goto and van de Geijn, "Anatomy of
 * high-performance matrix multiplication" (2008). A block of A and a few panels of B stay in the
 * second-level cache, the panel in use as far as it fits in the first; a block over the steps
 * continues the accumulators of the one before.
 */
final class Product {

  private static final int STEPS = SIZES.productSteps();
  private static final int ROWS = SIZES.productRows();
  private static final int TILE_ROOM = SIZES.tileRoom();

  private final Scratch aPanels = new Scratch();

  /** Room for a tile, and the panels behind it. */
  private final LineScratch bPanels;

  private final float[] fence = new float[Lanes.FENCE];
  private final float[] biasTile = new float[TILE];

  /** With room for panels that others use in between. */
  Product(LineScratch bPanels) {
    this.bPanels = bPanels;
  }

  /**
   * A [m, k] row-major, B [k, n] row-major or, if transposed, stored as [n, k].
   *
   * @param bias or null
   * @param relu after the bias, max(C, 0); never without one
   */
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
    int tiles = Lanes.parts(n, TILE);
    int blocks = Lanes.parts(m, ROWS);
    int parts = Lanes.parts(k, STEPS);
    float[] as = aPanels.atLeast(SIZES.productA(m, k));
    int group = transposed ? 1 : GROUP;
    float[] bs = bPanels.atLeast(SIZES.productB(m, n, k, transposed));
    for (int part = 0; part < parts; part++) {
      int from = Lanes.start(k, parts, part);
      int steps = Lanes.start(k, parts, part + 1) - from;
      float[] add = part + 1 == parts ? bias : null;
      int tallest = part == 0 ? MAX_HEIGHT : MAX_RESUMED;
      for (int block = 0; block < blocks; block++) {
        int top = Lanes.start(m, blocks, block);
        int height = Lanes.start(m, blocks, block + 1) - top;
        packRows(a, aAt + top * k + from, k, height, tallest, steps, as);
        for (int first = 0; first < tiles; first += group) {
          int panels = START + TILE_ROOM + (blocks == 1 ? 0 : first * TILE * steps);
          int columns = Math.min(group * TILE, n - first * TILE);
          // Packed just before their first use, when they are in the caches.
          if (block == 0 && transposed) {
            Packing.rowsToB(b, bAt + first * TILE * k + from, k, columns, steps, bs, panels);
          } else if (block == 0) {
            int at = bAt + from * n + first * TILE;
            Packing.columnsToPanels(b, at, n, columns, steps, bs, panels);
          }
          for (int column = 0; column < columns; column += TILE) {
            int width = Math.min(TILE, columns - column);
            int panel = panels + column * steps;
            int left = cAt + top * n + first * TILE + column;
            int row = biasAt + first * TILE + column;
            multiplyColumn(
                height, tallest, width, steps, as, bs, panel, part > 0, add, row, relu, c, left, n);
          }
        }
      }
    }
  }

  private static void packRows(
      float[] a, int at, int pitch, int height, int tallest, int steps, float[] to) {
    int panels = Lanes.parts(height, tallest);
    for (int i = 0; i < panels; i++) {
      int r = Lanes.start(height, panels, i);
      int next = Lanes.start(height, panels, i + 1);
      Packing.rowsToA(a, at + r * pitch, pitch, next - r, steps, to, i * PITCH * steps);
    }
  }

  /**
   * All panels of the A block with one panel of B; by way of a tile where there is more to do,
   * unless C has been read anyway.
   */
  private void multiplyColumn(
      int height,
      int tallest,
      int width,
      int steps,
      float[] as,
      float[] bs,
      int panel,
      boolean resume,
      float[] bias,
      int biasAt,
      boolean relu,
      float[] c,
      int cAt,
      int cPitch) {
    boolean whole = width == TILE;
    boolean direct = whole && (bias == null || resume);
    float[] out = direct ? c : bs;
    int pitch = direct ? cPitch : TILE;
    if (bias != null) {
      System.arraycopy(bias, biasAt, biasTile, 0, width);
    }
    int panels = Lanes.parts(height, tallest);
    int r = 0;
    for (int i = 0; i < panels; i++) {
      int rows = Lanes.start(height, panels, i + 1) - r;
      int at = cAt + r * cPitch;
      int to = direct ? at : START;
      if (resume && !direct) {
        copy(rows, width, c, at, cPitch, bs, START, TILE);
      }
      MicroKernels.product(
          rows, as, i * PITCH * steps, bs, panel, steps, out, to, pitch, resume, fence);
      if (bias != null) {
        addBias(
            rows,
            biasTile,
            relu,
            out,
            to,
            pitch,
            whole ? c : bs,
            whole ? at : START,
            whole ? cPitch : TILE);
      }
      if (!whole) {
        copy(rows, width, bs, START, TILE, c, at, cPitch);
      }
      r += rows;
    }
  }

  /** c = bias + the tile, for each of its rows, and max(c, 0) if relu. */
  private static void addBias(
      int rows,
      float[] bias,
      boolean relu,
      float[] tile,
      int tileAt,
      int tilePitch,
      float[] c,
      int cAt,
      int cPitch) {
    FloatVector left = FloatVector.fromArray(SPECIES, bias, 0);
    FloatVector right = FloatVector.fromArray(SPECIES, bias, LANES);
    for (int r = 0; r < rows; r++) {
      int from = tileAt + r * tilePitch;
      int at = cAt + r * cPitch;
      FloatVector a = left.add(FloatVector.fromArray(SPECIES, tile, from));
      FloatVector b = right.add(FloatVector.fromArray(SPECIES, tile, from + LANES));
      (relu ? a.max(0f) : a).intoArray(c, at);
      (relu ? b.max(0f) : b).intoArray(c, at + LANES);
    }
  }

  /** A small rectangle. */
  static void copy(
      int rows, int width, float[] from, int at, int pitch, float[] to, int toAt, int toPitch) {
    for (int r = 0; r < rows; r++) {
      System.arraycopy(from, at + r * pitch, to, toAt + r * toPitch, width);
    }
  }
}
