package dev.yamabiko.nn;

import dev.yamabiko.tensor.Philox;

/**
 * What a forward pass knows only while training: who the examples are, for random layers, and where
 * buffers' sums go.
 */
public final class Training {

  private final long step;
  private final int[] samples;
  private final float[] sums;
  private final Philox random;

  /**
   * @param seed of the job
   * @param samples the dataset's number of each row's example; not owned, may be longer than the
   *     rows
   * @param sums as long as the flat vector: a layer with buffers writes, at its buffers' places,
   *     the sum over the shards, along the tree, of shard rows times shard statistic
   */
  public Training(long seed, long step, int[] samples, float[] sums) {
    this.step = step;
    this.samples = samples;
    this.sums = sums;
    random = Philox.stream(seed, Philox.Purpose.DROPOUT, 0, step, 0);
  }

  /**
   * The random numbers of one layer for the example in this row, from their beginning; good until
   * the next call.
   */
  public Philox random(int layer, int row) {
    return random.restart(Philox.Purpose.DROPOUT, layer, step, samples[row]);
  }

  public float[] sums() {
    return sums;
  }
}
