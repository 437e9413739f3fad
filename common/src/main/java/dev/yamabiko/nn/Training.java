package dev.yamabiko.nn;

import dev.yamabiko.tensor.Philox;

/**
 * What a forward pass knows only while training: who the examples are, for random layers, and where
 * buffers' sums go.
 *
 * @param seed of the job
 * @param samples the dataset's number of each row's example; not owned, may be longer than the rows
 * @param sums as long as the flat vector: a layer with buffers writes, at its buffers' places, the
 *     sum over the shards, along the tree, of shard rows times shard statistic
 */
public record Training(long seed, long step, int[] samples, float[] sums) {

  /** The random numbers of one layer for the example in this row. */
  public Philox random(int layer, int row) {
    return Philox.stream(seed, Philox.Purpose.DROPOUT, layer, step, samples[row]);
  }
}
