package dev.yamabiko.tensor.vector;

import static dev.yamabiko.tensor.VectorSizes.GROUP;
import static dev.yamabiko.tensor.vector.Lanes.LANES;
import static dev.yamabiko.tensor.vector.Lanes.PITCH;
import static dev.yamabiko.tensor.vector.Lanes.SIZES;
import static dev.yamabiko.tensor.vector.Lanes.TILE;

import dev.yamabiko.tensor.ShardRows;
import java.util.Arrays;
import java.util.function.IntConsumer;

/** dW = X^T G along the tree over shards, tile by tile ({@link TreeTiles}). */
final class WeightGradient {

  /** Floats of G that stay in a first-level cache beside all else. */
  private static final int B_FIRST = 1 << 12;

  /** The same for tiles one after the other, which the second level feeds in time. */
  private static final int B_GROUP = 4 * B_FIRST;

  /** Where a tile of as many rows as a vector holds is put when it is turned: behind itself. */
  private static final int TURNED = LANES * TILE;

  private static final int PANELS = LineScratch.START + SIZES.slotsRoom();

  private final TreeTiles ofPanels = TreeTiles.ofPanels();
  private final TreeTiles ofRows = TreeTiles.ofRows();
  private final Scratch aPanels = new Scratch();

  /** The tree's slots, and the panels behind them. */
  private final LineScratch bPanels;

  private final Scratch tileRoom = new Scratch();

  /** With room for panels that others use in between. */
  WeightGradient(LineScratch bPanels) {
    this.bPanels = bPanels;
  }

  void run(
      ShardRows shards,
      int in,
      int out,
      float[] x,
      int xAt,
      float[] g,
      int gAt,
      float[] dw,
      int dwAt,
      IntConsumer finalFrom) {
    boolean turned = SIZES.turnsGradient(in, out);
    if (!(turned ? ofRows : ofPanels).plan(shards)) {
      Arrays.fill(dw, dwAt, dwAt + in * out, 0f);
    } else if (turned) {
      turned(shards, in, out, x, xAt, g, gAt, dw, dwAt);
    } else {
      straight(shards, in, out, x, xAt, g, gAt, dw, dwAt, finalFrom);
      return;
    }
    finalFrom.accept(0);
  }

  private void straight(
      ShardRows shards,
      int in,
      int out,
      float[] x,
      int xAt,
      float[] g,
      int gAt,
      float[] dw,
      int dwAt,
      IntConsumer finalFrom) {
    int rows = shards.rows();
    int tallest = ofPanels.tallest();
    int blocks = Lanes.parts(in, SIZES.gradientPanels(rows) * tallest);
    int tiles = Lanes.parts(out, TILE);
    float[] as = aPanels.atLeast(Lanes.parts(Lanes.parts(in, blocks), tallest) * PITCH * rows);
    float[] bs = bPanels.atLeast(Math.toIntExact(SIZES.gradientB(rows, out)));
    for (int first = 0; first < tiles; first += GROUP) {
      int columns = Math.min(GROUP * TILE, out - first * TILE);
      int panels = PANELS + first * TILE * rows;
      Packing.columnsToPanels(g, gAt + first * TILE, out, columns, rows, bs, panels);
    }
    // A tile that does not fit is gone before it is used again: then the panel of A may stay.
    int group = TILE * rows > B_FIRST ? tiles : B_GROUP / (TILE * rows);
    for (int block = blocks - 1; block >= 0; block--) {
      int top = Lanes.start(in, blocks, block);
      int height = Lanes.start(in, blocks, block + 1) - top;
      int panels = Lanes.parts(height, tallest);
      Packing.columnsToPanelsOfA(x, xAt + top, in, height, panels, rows, as);
      for (int left = 0; left < tiles; left += group) {
        for (int i = 0; i < panels; i++) {
          int r = Lanes.start(height, panels, i);
          int tileHeight = Lanes.start(height, panels, i + 1) - r;
          for (int j = left; j < Math.min(left + group, tiles); j++) {
            ofPanels.tile(
                tileHeight,
                Math.min(TILE, out - j * TILE),
                as,
                i * PITCH * rows,
                bs,
                PANELS + j * TILE * rows,
                TILE,
                bs,
                dw,
                dwAt + (top + r) * out + j * TILE,
                out);
          }
        }
      }
      finalFrom.accept(top);
    }
  }

  /** With so few outputs that they fill no tile's width: dW^T = G^T X, turned as it is put out. */
  private void turned(
      ShardRows shards,
      int in,
      int out,
      float[] x,
      int xAt,
      float[] g,
      int gAt,
      float[] dw,
      int dwAt) {
    int rows = shards.rows();
    int panels = Lanes.parts(out, ofRows.tallest());
    float[] as = aPanels.atLeast(panels * PITCH * rows);
    float[] slots = bPanels.atLeast(Math.toIntExact(SIZES.gradientB(rows, TILE)));
    float[] tile = tileRoom.atLeast(2 * TURNED);
    Packing.columnsToPanelsOfA(g, gAt, out, out, panels, rows, as);
    for (int from = 0; from < in; from += TILE) {
      int width = Math.min(TILE, in - from);
      boolean whole = width == TILE;
      if (!whole) {
        Packing.columnsToB(x, xAt + from, in, width, rows, slots, PANELS);
      }
      float[] bs = whole ? x : slots;
      int b = whole ? xAt + from : PANELS;
      int bPitch = whole ? in : TILE;
      int to = dwAt + from * out;
      if (shards.resumed()) {
        turn(width, out, dw, to, out, tile, 0, TILE);
      }
      for (int i = 0; i < panels; i++) {
        int r = Lanes.start(out, panels, i);
        int height = Lanes.start(out, panels, i + 1) - r;
        int a = i * PITCH * rows;
        ofRows.tile(height, TILE, as, a, bs, b, bPitch, slots, tile, r * TILE, TILE);
      }
      if (out > Packing.FEW) {
        MicroKernels.transpose(tile, 0, TILE, tile, TURNED, LANES, 2);
        NarrowProduct.put(width, out, tile, TURNED, LANES, dw, to);
      } else {
        turn(out, width, tile, 0, TILE, dw, to, out);
      }
    }
  }

  /** The transpose of a small rectangle. */
  private static void turn(
      int rows, int width, float[] from, int at, int pitch, float[] to, int toAt, int toPitch) {
    for (int c = 0; c < width; c++) {
      for (int r = 0; r < rows; r++) {
        to[toAt + c * toPitch + r] = from[at + r * pitch + c];
      }
    }
  }
}
