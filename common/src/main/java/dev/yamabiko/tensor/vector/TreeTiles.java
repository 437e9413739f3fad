package dev.yamabiko.tensor.vector;

import static dev.yamabiko.tensor.vector.Lanes.LANES;
import static dev.yamabiko.tensor.vector.Lanes.MAX_HEIGHT;
import static dev.yamabiko.tensor.vector.Lanes.MAX_PAIR;
import static dev.yamabiko.tensor.vector.Lanes.PITCH;
import static dev.yamabiko.tensor.vector.Lanes.SPECIES;
import static dev.yamabiko.tensor.vector.Lanes.TILE;

import dev.yamabiko.tensor.ShardRows;
import jdk.incubator.vector.FloatVector;

/**
 * Tiles of A^T B along the tree over shards: each shard's chain is finished in registers and
 * combined with the others in a scratch of a few tiles in the first-level cache, so that every
 * output is written once however many shards there are.
 */
final class TreeTiles {
  private static final int SLOT = MAX_HEIGHT * TILE;

  private final TreeSteps tree = new TreeSteps(MAX_PAIR > 0);
  private final float[] fence = new float[Lanes.FENCE];
  private final float[] slots = new float[TreeSteps.SLOTS * SLOT];
  private ShardRows shards;

  /** Returns false if every shard is empty, so that there is nothing to sum. */
  boolean plan(ShardRows shards) {
    this.shards = shards;
    return tree.plan(shards);
  }

  /** The greatest height that a tile should have. */
  int tallest() {
    return tree.hasPairs() ? 2 * MAX_PAIR : MAX_HEIGHT;
  }

  /**
   * One tile, of which the first {@code width} columns are put out.
   *
   * @param as a panel [rows][PITCH] at a
   * @param bs a panel [rows][TILE] at b
   */
  void tile(
      int height,
      int width,
      float[] as,
      int a,
      float[] bs,
      int b,
      float[] out,
      int outAt,
      int outPitch) {
    if (width == TILE) {
      whole(height, as, a, bs, b, out, outAt, outPitch);
      return;
    }
    int slot = TreeSteps.OUT * SLOT;
    if (shards.resumed()) {
      Product.copy(height, width, out, outAt, outPitch, slots, slot, TILE);
    }
    whole(height, as, a, bs, b, slots, slot, TILE);
    Product.copy(height, width, slots, slot, TILE, out, outAt, outPitch);
  }

  private void whole(
      int height, float[] as, int a, float[] bs, int b, float[] out, int outAt, int outPitch) {
    if (shards.resumed()) {
      int rows = shards.rows();
      MicroKernels.product(height, as, a, bs, b, rows, out, outAt, outPitch, true, fence);
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
        pair(step, height, as, a, bs, b, c, cAt, cPitch);
      } else if (shard != TreeSteps.NONE) {
        int from = shards.from(shard);
        int rows = shards.to(shard) - from;
        int at = a + from * PITCH;
        MicroKernels.product(
            height, as, at, bs, b + from * TILE, rows, c, cAt, cPitch, false, fence);
        if (add != TreeSteps.NONE) {
          addTile(height, add * SLOT, c, cAt, cPitch, c, cAt, cPitch);
        }
      } else if (add != TreeSteps.NONE) {
        addTile(height, add * SLOT, slots, tree.source(step) * SLOT, TILE, c, cAt, cPitch);
      } else {
        Product.copy(height, TILE, slots, tree.source(step) * SLOT, TILE, c, cAt, cPitch);
      }
    }
  }

  /** A step that takes two shards, in tiles of half the height. */
  private void pair(
      int step, int height, float[] as, int a, float[] bs, int b, float[] c, int cAt, int cPitch) {
    int first = shards.from(tree.shard(step));
    int second = shards.from(tree.second(step));
    int rows = shards.to(tree.shard(step)) - first;
    float[] add = tree.add(step) == TreeSteps.NONE ? null : slots;
    int addAt = tree.add(step) * SLOT;
    int half = Lanes.parts(height, Lanes.parts(height, MAX_PAIR));
    for (int r = 0; r < height; r += half) {
      MicroKernels.pair(
          Math.min(half, height - r),
          as,
          a + first * PITCH + r,
          a + second * PITCH + r,
          bs,
          b + first * TILE,
          b + second * TILE,
          rows,
          c,
          cAt + r * cPitch,
          cPitch,
          add,
          addAt + r * TILE,
          TILE,
          fence);
    }
  }

  /** c = slot + tile. */
  private void addTile(
      int height,
      int slot,
      float[] tile,
      int tileAt,
      int tilePitch,
      float[] c,
      int cAt,
      int cPitch) {
    for (int r = 0; r < height; r++) {
      int at = slot + r * TILE;
      int from = tileAt + r * tilePitch;
      int to = cAt + r * cPitch;
      FloatVector left =
          FloatVector.fromArray(SPECIES, slots, at).add(FloatVector.fromArray(SPECIES, tile, from));
      FloatVector right =
          FloatVector.fromArray(SPECIES, slots, at + LANES)
              .add(FloatVector.fromArray(SPECIES, tile, from + LANES));
      left.intoArray(c, to);
      right.intoArray(c, to + LANES);
    }
  }
}
