package dev.yamabiko.tensor.vector;

import dev.yamabiko.tensor.ShardRows;
import dev.yamabiko.tensor.TreeOrder;
import dev.yamabiko.tensor.VectorSizes;
import java.util.Arrays;

/**
 * The walk along the tree over a block's shards, written down once so that every tile can follow
 * it. Each step takes a shard's chain, or the sum of two, or the tile in a slot, adds it to the
 * tile in another slot (or to nothing) and puts the result into a slot; the last step's slot is
 * {@link #OUT}. Slots 0, 1, ... are the levels of the tree.
 */
final class TreeSteps {
  static final int NONE = -1;

  /** The result's slot, and the slot for values that are stored at no level. */
  static final int OUT = VectorSizes.SLOTS - 2;

  private static final int HAND = VectorSizes.SLOTS - 1;

  private final TreeOrder order =
      new TreeOrder(
          new TreeOrder.Combiner() {
            @Override
            public void addStored(int level) {
              if (pairsUp(level)) {
                count--;
                second = shard;
                shard = shards[count];
                return;
              }
              if (add != NONE) {
                emit(HAND);
                take(NONE, HAND);
              }
              add = level;
            }

            @Override
            public void store(int level) {
              emit(level);
            }

            @Override
            public void load(int level) {
              take(NONE, level);
            }
          });

  private final boolean pairs;
  private ShardRows rows;
  private int[] shards = new int[64];
  private int[] seconds = new int[64];
  private int[] sources = new int[64];
  private int[] adds = new int[64];
  private int[] targets = new int[64];
  private int count;

  // The step that is being put together.
  private int shard;
  private int second;
  private int source;
  private int add;

  /**
   * @param pairs whether two shards of as many rows are to be taken in one step where that is
   *     possible
   */
  TreeSteps(boolean pairs) {
    this.pairs = pairs;
  }

  /** Returns false if every shard is empty, so that there is no result. */
  boolean plan(ShardRows rows) {
    this.rows = rows;
    count = 0;
    for (int s = 0; s < rows.shards(); s++) {
      take(s, NONE);
      order.accept(!rows.isEmpty(s));
    }
    boolean present = order.finish();
    if (present) {
      finish();
    }
    return present;
  }

  /**
   * What is in hand is the result; where the step before has just stored it, that one puts it out.
   */
  private void finish() {
    int last = count - 1;
    if (shard == NONE && add == NONE && last >= 0 && targets[last] == source) {
      targets[last] = OUT;
    } else {
      emit(OUT);
    }
  }

  private void take(int fromShard, int fromSlot) {
    shard = fromShard;
    second = NONE;
    source = fromSlot;
    add = NONE;
  }

  /** Whether the shard in hand is to be added to another, as long, whose chain was just stored. */
  private boolean pairsUp(int level) {
    int last = count - 1;
    return pairs
        && last >= 0
        && targets[last] == level
        && isLoneShard(shards[last], seconds[last], adds[last])
        && isLoneShard(shard, second, add)
        && length(shard) <= Lanes.MAX_PAIRED_ROWS
        && length(shards[last]) == length(shard);
  }

  private static boolean isLoneShard(int shard, int second, int add) {
    return shard != NONE && second == NONE && add == NONE;
  }

  private int length(int ofShard) {
    return rows.to(ofShard) - rows.from(ofShard);
  }

  private void emit(int target) {
    if (count == shards.length) {
      shards = Arrays.copyOf(shards, 2 * count);
      seconds = Arrays.copyOf(seconds, 2 * count);
      sources = Arrays.copyOf(sources, 2 * count);
      adds = Arrays.copyOf(adds, 2 * count);
      targets = Arrays.copyOf(targets, 2 * count);
    }
    shards[count] = shard;
    seconds[count] = second;
    sources[count] = source;
    adds[count] = add;
    targets[count] = target;
    count++;
  }

  int count() {
    return count;
  }

  /** The shard whose chain this step takes, or NONE if it takes {@link #source}. */
  int shard(int step) {
    return shards[step];
  }

  /** The shard whose chain is added to the first one's, or NONE. */
  int second(int step) {
    return seconds[step];
  }

  int source(int step) {
    return sources[step];
  }

  /** The slot to add, or NONE. */
  int add(int step) {
    return adds[step];
  }

  int target(int step) {
    return targets[step];
  }
}
