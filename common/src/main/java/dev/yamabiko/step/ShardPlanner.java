package dev.yamabiko.step;

import java.util.ArrayList;
import java.util.List;

/** Who computes which shards: neighbouring shards in even parts, each as few blocks as possible. */
public final class ShardPlanner {
  private ShardPlanner() {}

  /** One list of blocks per worker; empty for some where there are more workers than shards. */
  public static List<List<Block>> plan(int shards, int workers) {
    List<List<Block>> leases = new ArrayList<>();
    for (int w = 0; w < workers; w++) {
      leases.add(Block.cover(bound(shards, workers, w), bound(shards, workers, w + 1), shards));
    }
    return leases;
  }

  /** Where part w of {@code total} things in {@code parts} even parts begins. */
  public static int bound(int total, int parts, int w) {
    return (int) ((long) total * w / parts);
  }
}
