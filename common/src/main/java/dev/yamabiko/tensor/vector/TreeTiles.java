package dev.yamabiko.tensor.vector;

import static dev.yamabiko.tensor.vector.Lanes.LANES;
import static dev.yamabiko.tensor.vector.Lanes.MAX_HEIGHT;
import static dev.yamabiko.tensor.vector.Lanes.MAX_PAIR;
import static dev.yamabiko.tensor.vector.Lanes.MAX_RESUMED;
import static dev.yamabiko.tensor.vector.Lanes.PITCH;
import static dev.yamabiko.tensor.vector.Lanes.SPECIES;
import static dev.yamabiko.tensor.vector.Lanes.TILE;

import dev.yamabiko.tensor.ShardRows;
import dev.yamabiko.tensor.VectorSizes;
import jdk.incubator.vector.FloatVector;

/**
 * Tiles of A^T B along the tree over shards: each shard's chain is finished in registers and
 * combined with the others in a scratch of a few tiles in the first-level cache, so that every
 * output is written once however many shards there are.
 */
final class TreeTiles {
  private static final int SLOT = Lanes.SIZES.tileRoom();

  // A step: where its shard begins, or its slot if it has no rows; its second shard or -1; a
  // shard's rows; where in the list of slots those begin that are added to it, and where they end;
  // the slot for the result.
  private static final int FIRST = 0;
  private static final int SECOND = 1;
  private static final int ROWS = 2;
  private static final int ADDS_FROM = 3;
  private static final int ADDS_TO = 4;
  private static final int TARGET = 5;
  private static final int FIELDS = 6;

  private static final int OUT = slot(TreeSteps.OUT);

  /** Whether B is read where it lies, by kernels that take one shard and add nothing. */
  private final boolean across;

  private final TreeSteps tree;
  private final float[] fence = new float[Lanes.FENCE];
  private ShardRows shards;
  private int tallest;

  /**
   * The tree's steps, one after the other, as they are taken for every tile: what depends on it is
   * all there is left to compute.
   */
  private int[] plan = {};

  private int planned;

  /** The slots that are added, step after step. */
  private int[] added = {};

  private TreeTiles(boolean across) {
    this.across = across;
    tree = new TreeSteps(!across && MAX_PAIR > 0);
  }

  /** Of B packed into panels. */
  static TreeTiles ofPanels() {
    return new TreeTiles(false);
  }

  /** Of B as it lies. */
  static TreeTiles ofRows() {
    return new TreeTiles(true);
  }

  private static int slot(int number) {
    return LineScratch.START + number * SLOT;
  }

  /** Returns false if every shard is empty, so that there is nothing to sum. */
  boolean plan(ShardRows shards) {
    this.shards = shards;
    if (!tree.plan(shards)) {
      return false;
    }
    if (plan.length < FIELDS * tree.count()) {
      plan = new int[2 * FIELDS * tree.count()];
      added = new int[2 * tree.count()];
    }
    planned = 0;
    int adding = 0;
    tallest = shards.resumed() || across ? MAX_RESUMED : MAX_HEIGHT;
    for (int step = 0; step < tree.count(); step++) {
      boolean more = goesOn(step);
      int at = more ? planned - FIELDS : planned;
      if (!more) {
        plan[at + ADDS_FROM] = adding;
      }
      if (tree.add(step) != TreeSteps.NONE) {
        added[adding++] = slot(tree.add(step));
      }
      plan[at + ADDS_TO] = adding;
      plan[at + TARGET] = slot(tree.target(step));
      if (more) {
        continue;
      }
      int shard = tree.shard(step);
      boolean pair = tree.second(step) != TreeSteps.NONE;
      plan[at + SECOND] = pair ? shards.from(tree.second(step)) : -1;
      if (shard == TreeSteps.NONE) {
        plan[at + FIRST] = slot(tree.source(step));
        plan[at + ROWS] = 0;
      } else {
        plan[at + FIRST] = shards.from(shard);
        plan[at + ROWS] = shards.to(shard) - shards.from(shard);
      }
      if (pair) {
        tallest = 2 * MAX_PAIR;
      }
      planned += FIELDS;
    }
    return true;
  }

  /**
   * Whether a step only adds to what the one before has put out, a shard's chain: then both are one
   * where a kernel adds. One that takes two shards adds no more than once.
   */
  private boolean goesOn(int step) {
    int before = planned - FIELDS;
    return !across
        && before >= 0
        && tree.shard(step) == TreeSteps.NONE
        && tree.add(step) != TreeSteps.NONE
        && plan[before + ROWS] > 0
        && plan[before + SECOND] < 0
        && plan[before + TARGET] == slot(tree.source(step));
  }

  /** The greatest height that a tile may have. */
  int tallest() {
    return tallest;
  }

  /**
   * One tile, of which the first {@code width} columns are put out.
   *
   * @param as a panel [rows][PITCH] at a
   * @param bs rows of at least TILE, bPitch apart, from b on: for {@link #ofPanels} a panel
   *     [rows][TILE]
   * @param slots {@link VectorSizes#slotsRoom}; may be bs
   */
  void tile(
      int height,
      int width,
      float[] as,
      int a,
      float[] bs,
      int b,
      int bPitch,
      float[] slots,
      float[] out,
      int outAt,
      int outPitch) {
    if (width == TILE) {
      whole(height, as, a, bs, b, bPitch, slots, out, outAt, outPitch);
      return;
    }
    if (shards.resumed()) {
      Product.copy(height, width, out, outAt, outPitch, slots, OUT, TILE);
    }
    whole(height, as, a, bs, b, bPitch, slots, slots, OUT, TILE);
    Product.copy(height, width, slots, OUT, TILE, out, outAt, outPitch);
  }

  private void whole(
      int height,
      float[] as,
      int a,
      float[] bs,
      int b,
      int bPitch,
      float[] slots,
      float[] out,
      int outAt,
      int outPitch) {
    if (shards.resumed()) {
      chain(height, as, a, bs, b, bPitch, shards.rows(), out, outAt, outPitch, true);
      return;
    }
    for (int at = 0; at < planned; at += FIELDS) {
      int target = plan[at + TARGET];
      boolean last = target == OUT;
      float[] c = last ? out : slots;
      int cAt = last ? outAt : target;
      int cPitch = last ? outPitch : TILE;
      int rows = plan[at + ROWS];
      int from = plan[at + ADDS_FROM];
      int to = plan[at + ADDS_TO];
      int add = from < to ? added[from] : -1;
      int first = plan[at + FIRST];
      int second = plan[at + SECOND];
      if (second >= 0) {
        pair(height, as, a, bs, b, first, second, rows, slots, add, c, cAt, cPitch);
      } else if (rows > 0) {
        int aAt = a + first * PITCH;
        int bAt = b + first * bPitch;
        if (add >= 0 && !across) {
          MicroKernels.added(
              height, as, aAt, bs, bAt, rows, c, cAt, cPitch, slots, added, from, to, fence);
          continue;
        }
        chain(height, as, aAt, bs, bAt, bPitch, rows, c, cAt, cPitch, false);
        if (add >= 0) {
          addTile(height, slots, add, c, cAt, cPitch, c, cAt, cPitch);
        }
      } else if (add >= 0) {
        addTile(height, slots, add, slots, first, TILE, c, cAt, cPitch);
      } else {
        Product.copy(height, TILE, slots, first, TILE, c, cAt, cPitch);
      }
    }
  }

  /** One shard's chain, or what goes on from it. */
  private void chain(
      int height,
      float[] as,
      int a,
      float[] bs,
      int b,
      int bPitch,
      int rows,
      float[] c,
      int cAt,
      int cPitch,
      boolean resume) {
    if (across) {
      MicroKernels.across(height, as, a, bs, b, bPitch, rows, c, cAt, cPitch, resume, fence);
    } else {
      MicroKernels.product(height, as, a, bs, b, rows, c, cAt, cPitch, resume, fence);
    }
  }

  /** A step that takes two shards, in tiles of half the height. */
  private void pair(
      int height,
      float[] as,
      int a,
      float[] bs,
      int b,
      int first,
      int second,
      int rows,
      float[] slots,
      int add,
      float[] c,
      int cAt,
      int cPitch) {
    int half = height <= MAX_PAIR ? height : height - height / 2;
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
          add < 0 ? null : slots,
          add + r * TILE,
          TILE,
          fence);
    }
  }

  /** c = slot + tile. */
  private void addTile(
      int height,
      float[] slots,
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
