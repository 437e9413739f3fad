package dev.yamabiko.tensor.vector;

import static dev.yamabiko.tensor.vector.Lanes.LANES;
import static dev.yamabiko.tensor.vector.Lanes.MAX_HEIGHT;
import static dev.yamabiko.tensor.vector.Lanes.PITCH;
import static dev.yamabiko.tensor.vector.Lanes.SPECIES;
import static dev.yamabiko.tensor.vector.Lanes.TILE;

import dev.yamabiko.tensor.ShardRows;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * dW = X^T G along the tree over shards. Tile by tile: each shard's chain is finished in registers
 * and combined with the others in a scratch of a few tiles in the first-level cache, so that every
 * output is written once however many shards there are.
 */
final class WeightGradient {

  /** Floats of X to pack at a time, about half of a second-level cache. */
  private static final int A_BLOCK = 1 << 16;

  /** Floats of G that stay in a second-level cache beside all else. */
  private static final int B_BLOCK = 1 << 17;

  private static final int SLOT = MAX_HEIGHT * TILE;

  private final TreeSteps tree = new TreeSteps(Lanes.MAX_PAIR > 0);
  private final Scratch aPanels = new Scratch();
  private final Scratch bPanels = new Scratch();
  private final float[] fence = new float[Lanes.FENCE];
  private final float[] slots = new float[TreeSteps.SLOTS * SLOT];

  void run(
      ShardRows shards,
      int in,
      int out,
      float[] x,
      int xAt,
      float[] g,
      int gAt,
      float[] dw,
      int dwAt) {
    if (!tree.plan(shards)) {
      Arrays.fill(dw, dwAt, dwAt + in * out, 0f);
      return;
    }
    int rows = shards.rows();
    int blockPanels = Math.max(1, A_BLOCK / (PITCH * rows));
    int blocks = Lanes.parts(in, blockPanels * MAX_HEIGHT);
    int tiles = Lanes.parts(out, TILE);
    float[] as = aPanels.atLeast(Lanes.parts(Lanes.parts(in, blocks), MAX_HEIGHT) * PITCH * rows);
    float[] bs = bPanels.atLeast(tiles * TILE * rows);
    for (int j = 0; j < tiles; j++) {
      int width = Math.min(TILE, out - j * TILE);
      Packing.columnsToB(g, gAt + j * TILE, out, width, rows, bs, j * TILE * rows);
    }
    // Outputs row by row, as they lie in memory, if G stays in the second-level cache meanwhile.
    boolean byRows = (long) rows * out <= B_BLOCK;
    for (int block = 0; block < blocks; block++) {
      int top = Lanes.start(in, blocks, block);
      int height = Lanes.start(in, blocks, block + 1) - top;
      int panels = Lanes.parts(height, MAX_HEIGHT);
      for (int i = 0; i < panels; i++) {
        int r = Lanes.start(height, panels, i);
        int next = Lanes.start(height, panels, i + 1);
        Packing.columnsToA(x, xAt + top + r, in, next - r, rows, as, i * PITCH * rows);
      }
      for (int n = 0; n < panels * tiles; n++) {
        int i = byRows ? n / tiles : n % panels;
        int j = byRows ? n % tiles : n / panels;
        int r = Lanes.start(height, panels, i);
        int tileHeight = Lanes.start(height, panels, i + 1) - r;
        int width = Math.min(TILE, out - j * TILE);
        int a = i * PITCH * rows;
        int b = j * TILE * rows;
        int at = dwAt + (top + r) * out + j * TILE;
        if (width == TILE) {
          tile(shards, tileHeight, as, a, bs, b, dw, at, out);
        } else {
          int slot = TreeSteps.OUT * SLOT;
          if (shards.resumed()) {
            Product.copy(tileHeight, width, dw, at, out, slots, slot, TILE);
          }
          tile(shards, tileHeight, as, a, bs, b, slots, slot, TILE);
          Product.copy(tileHeight, width, slots, slot, TILE, dw, at, out);
        }
      }
    }
  }

  private void tile(
      ShardRows shards,
      int height,
      float[] as,
      int a,
      float[] bs,
      int b,
      float[] out,
      int outAt,
      int outPitch) {
    if (shards.resumed()) {
      int rows = shards.rows();
      MicroKernels.product(
          height, as, a, bs, b, rows, out, outAt, outPitch, true, null, 0, TILE, fence);
      return;
    }
    for (int step = 0; step < tree.count(); step++) {
      boolean last = tree.target(step) == TreeSteps.OUT;
      float[] c = last ? out : slots;
      int cAt = last ? outAt : tree.target(step) * SLOT;
      int cPitch = last ? outPitch : TILE;
      int add = tree.add(step);
      int shard = tree.shard(step);
      if (tree.second(step) != TreeSteps.NONE) {
        pair(shards, step, height, as, a, bs, b, c, cAt, cPitch);
      } else if (shard != TreeSteps.NONE) {
        int from = shards.from(shard);
        MicroKernels.product(
            height,
            as,
            a + from * PITCH,
            bs,
            b + from * TILE,
            shards.to(shard) - from,
            c,
            cAt,
            cPitch,
            false,
            add == TreeSteps.NONE ? null : slots,
            add * SLOT,
            TILE,
            fence);
      } else {
        addTiles(height, slots, add, tree.source(step), c, cAt, cPitch);
      }
    }
  }

  /** A step that takes two shards, in tiles of half the height. */
  private void pair(
      ShardRows shards,
      int step,
      int height,
      float[] as,
      int a,
      float[] bs,
      int b,
      float[] c,
      int cAt,
      int cPitch) {
    int first = shards.from(tree.shard(step));
    int second = shards.from(tree.second(step));
    int add = tree.add(step);
    int parts = Lanes.parts(height, Lanes.MAX_PAIR);
    for (int i = 0; i < parts; i++) {
      int r = Lanes.start(height, parts, i);
      MicroKernels.pair(
          Lanes.start(height, parts, i + 1) - r,
          as,
          a + first * PITCH + r,
          a + second * PITCH + r,
          bs,
          b + first * TILE,
          b + second * TILE,
          shards.to(tree.shard(step)) - first,
          c,
          cAt + r * cPitch,
          cPitch,
          add == TreeSteps.NONE ? null : slots,
          add * SLOT + r * TILE,
          TILE,
          fence);
    }
  }

  /** c = left + right; left may be NONE. */
  private static void addTiles(
      int height, float[] slots, int left, int right, float[] c, int cAt, int cPitch) {
    for (int r = 0; r < height; r++) {
      for (int v = 0; v < TILE; v += LANES) {
        int at = r * TILE + v;
        FloatVector sum = FloatVector.fromArray(SPECIES, slots, right * SLOT + at);
        if (left != TreeSteps.NONE) {
          sum = FloatVector.fromArray(SPECIES, slots, left * SLOT + at).add(sum);
        }
        sum.intoArray(c, cAt + r * cPitch + v);
      }
    }
  }
}
