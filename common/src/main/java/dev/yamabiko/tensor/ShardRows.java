package dev.yamabiko.tensor;

/**
 * Which rows of a batch belong to which shard: shard s holds rows [bounds[s], bounds[s + 1]). The
 * shards are those of one block, numbered from 0; an empty shard is absent from every sum, it is
 * never added as 0.
 *
 * @param resumed the only shard's earlier rows have been summed already: chains go on from what the
 *     outputs hold
 */
public record ShardRows(int[] bounds, boolean resumed) {

  public ShardRows {
    bounds = bounds.clone();
    if (bounds.length < 2 || bounds[0] != 0) {
      throw new IllegalArgumentException("bounds must begin at 0 and hold at least one shard");
    }
    for (int i = 1; i < bounds.length; i++) {
      if (bounds[i] < bounds[i - 1]) {
        throw new IllegalArgumentException("bounds must not fall");
      }
    }
    if (resumed && (bounds.length != 2 || bounds[1] == 0)) {
      throw new IllegalArgumentException("only one shard, not empty, can be resumed");
    }
  }

  public ShardRows(int[] bounds) {
    this(bounds, false);
  }

  /** More rows of one shard, behind those that were summed before. */
  public static ShardRows more(int rows) {
    return new ShardRows(new int[] {0, rows}, true);
  }

  /** All rows in one shard. */
  public static ShardRows single(int rows) {
    return new ShardRows(new int[] {0, rows});
  }

  public int shards() {
    return bounds.length - 1;
  }

  public int from(int shard) {
    return bounds[shard];
  }

  public int to(int shard) {
    return bounds[shard + 1];
  }

  public boolean isEmpty(int shard) {
    return bounds[shard] == bounds[shard + 1];
  }

  /** Rows of all shards together. */
  public int rows() {
    return bounds[bounds.length - 1];
  }
}
