package dev.yamabiko.tensor.vector;

import static dev.yamabiko.tensor.vector.Lanes.MAX_HEIGHT;
import static dev.yamabiko.tensor.vector.Lanes.PITCH;
import static dev.yamabiko.tensor.vector.Lanes.TILE;

/**
 * C = A B (+ bias), blocked for the caches after Goto and van de Geijn, "Anatomy of
 * high-performance matrix multiplication" (2008). A block of A stays in the second-level cache, a
 * panel of B in the first; a block over the steps continues the accumulators of the one before.
 */
final class Product {

  /** Steps per block. */
  private static final int STEPS = 512;

  /** Rows of A per block. */
  private static final int ROWS = 32 * MAX_HEIGHT;

  private final Scratch aPanels = new Scratch();
  private final Scratch bPanels = new Scratch();
  private final float[] fence = new float[Lanes.FENCE];
  private final float[] tile = new float[MAX_HEIGHT * TILE];
  private final float[] biasTile = new float[TILE];

  /** A [m, k] row-major, B [k, n] row-major or, if transposed, stored as [n, k]; bias or null. */
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
      float[] c,
      int cAt) {
    int tiles = Lanes.parts(n, TILE);
    int blocks = Lanes.parts(m, ROWS);
    float[] bs = bPanels.atLeast(tiles * TILE * Math.min(STEPS, k));
    float[] as =
        aPanels.atLeast(Lanes.parts(Math.min(ROWS, m), MAX_HEIGHT) * PITCH * Math.min(STEPS, k));
    for (int from = 0; from < k; from += STEPS) {
      int steps = Math.min(STEPS, k - from);
      float[] add = from + steps == k ? bias : null;
      for (int block = 0; block < blocks; block++) {
        int top = Lanes.start(m, blocks, block);
        int height = Lanes.start(m, blocks, block + 1) - top;
        packRows(a, aAt + top * k + from, k, height, steps, as);
        for (int j = 0; j < tiles; j++) {
          int width = Math.min(TILE, n - j * TILE);
          int panel = j * TILE * steps;
          // Packed just before its first use, when it is in the first-level cache.
          if (block == 0 && transposed) {
            Packing.rowsToB(b, bAt + j * TILE * k + from, k, width, steps, bs, panel);
          } else if (block == 0) {
            Packing.columnsToB(b, bAt + from * n + j * TILE, n, width, steps, bs, panel);
          }
          int left = cAt + top * n + j * TILE;
          multiplyColumn(
              height, width, steps, as, bs, panel, from > 0, add, biasAt + j * TILE, c, left, n);
        }
      }
    }
  }

  private static void packRows(float[] a, int at, int pitch, int height, int steps, float[] to) {
    int panels = Lanes.parts(height, MAX_HEIGHT);
    for (int i = 0; i < panels; i++) {
      int r = Lanes.start(height, panels, i);
      int next = Lanes.start(height, panels, i + 1);
      Packing.rowsToA(a, at + r * pitch, pitch, next - r, steps, to, i * PITCH * steps);
    }
  }

  /** All panels of the A block with one panel of B. */
  private void multiplyColumn(
      int height,
      int width,
      int steps,
      float[] as,
      float[] bs,
      int panel,
      boolean resume,
      float[] bias,
      int biasAt,
      float[] c,
      int cAt,
      int cPitch) {
    int panels = Lanes.parts(height, MAX_HEIGHT);
    if (width < TILE && bias != null) {
      System.arraycopy(bias, biasAt, biasTile, 0, width);
    }
    for (int i = 0; i < panels; i++) {
      int r = Lanes.start(height, panels, i);
      int rows = Lanes.start(height, panels, i + 1) - r;
      int a = i * PITCH * steps;
      int at = cAt + r * cPitch;
      if (width == TILE) {
        MicroKernels.product(
            rows, as, a, bs, panel, steps, c, at, cPitch, resume, bias, biasAt, 0, fence);
        continue;
      }
      if (resume) {
        copy(rows, width, c, at, cPitch, tile, 0, TILE);
      }
      float[] add = bias == null ? null : biasTile;
      MicroKernels.product(rows, as, a, bs, panel, steps, tile, 0, TILE, resume, add, 0, 0, fence);
      copy(rows, width, tile, 0, TILE, c, at, cPitch);
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
