package dev.yamabiko.step;

import dev.yamabiko.tensor.ShardRows;

/**
 * Which examples each shard of each step holds, by the job alone: the number of workers does not
 * appear. Epoch e reads the training examples in the order of the sampler; batch b of the epoch is
 * positions [b B, min(n, (b + 1) B)); of a batch with m examples, shard i is [floor(i m / S),
 * floor((i + 1) m / S)).
 */
public record StepPlan(int examples, int batchSize, int shards, int epochs) {

  public StepPlan {
    if (examples < 1 || batchSize < 1 || epochs < 1 || shards < 1 || shards > batchSize) {
      throw new IllegalArgumentException(
          "examples %d, batch size %d, shards %d, epochs %d"
              .formatted(examples, batchSize, shards, epochs));
    }
  }

  /** The last batch of an epoch may be short; it keeps its true size. */
  public int stepsPerEpoch() {
    return (examples - 1) / batchSize + 1;
  }

  public long steps() {
    return (long) stepsPerEpoch() * epochs;
  }

  public int epochOf(long step) {
    return (int) (step / stepsPerEpoch());
  }

  /** The step after the last one of this epoch. */
  public long endOfEpoch(int epoch) {
    return (epoch + 1L) * stepsPerEpoch();
  }

  /**
   * Whether this is a number of steps after which an evaluation may be due: a whole number of
   * epochs, 0 among them, or the end.
   */
  public boolean isBorder(long step) {
    return step % stepsPerEpoch() == 0 || step >= steps();
  }

  /** Position, in its epoch's order, of the first example of the step's batch. */
  public int batchFrom(long step) {
    return (int) (step % stepsPerEpoch()) * batchSize;
  }

  /** True number of examples in the step's batch. */
  public int batchExamples(long step) {
    return Math.min(batchSize, examples - batchFrom(step));
  }

  /** Where shard i of the step's batch begins, counted from the batch's first example. */
  public int shardFrom(long step, int shard) {
    return (int) ((long) shard * batchExamples(step) / shards);
  }

  public boolean isEmpty(long step, int shard) {
    return shardFrom(step, shard) == shardFrom(step, shard + 1);
  }

  /** Whether the block holds no example at all in this step; such a block is absent. */
  public boolean isEmpty(long step, Block block) {
    return shardFrom(step, block.from()) == shardFrom(step, block.to());
  }

  /** Rows of the block's shards, counted from the block's first example. */
  public ShardRows rows(long step, Block block) {
    int first = shardFrom(step, block.from());
    int[] bounds = new int[block.shards() + 1];
    for (int i = 0; i < bounds.length; i++) {
      bounds[i] = shardFrom(step, block.from() + i) - first;
    }
    return new ShardRows(bounds);
  }
}
