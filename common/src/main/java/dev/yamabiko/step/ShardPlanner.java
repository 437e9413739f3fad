package dev.yamabiko.step;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Who computes which shards: neighbouring shards in even parts, each as few blocks as possible. */
public final class ShardPlanner {

  /** Of the time of a step; what sending one more contribution is taken to cost. */
  private static final double BLOCK_COST = 0.05;

  /** With more shards than this a proportional cut is balanced enough. */
  private static final int MOST_BALANCED = 256;

  private ShardPlanner() {}

  /** One list of blocks per worker; empty for some where there are more workers than shards. */
  public static List<List<Block>> plan(int shards, int workers) {
    List<List<Block>> leases = new ArrayList<>();
    for (int w = 0; w < workers; w++) {
      leases.add(Block.cover(bound(shards, workers, w), bound(shards, workers, w + 1), shards));
    }
    return leases;
  }

  /**
   * Neighbouring shards in parts that suit the workers' speeds: the slowest is done as early as can
   * be, where a shard takes a worker {@code 1 / speed}, and each block that it sends costs {@link
   * #BLOCK_COST} of what all workers together need for a step. So parts are balanced, unless a
   * slightly uneven cut saves much traffic. Of the cuts that are done as early it is one that
   * leaves the fewest workers without shards. Equal speeds and as many shards as a multiple of the
   * workers by a power of two give one block each.
   *
   * @param speeds above 0, one for each worker
   */
  public static List<List<Block>> plan(int shards, double[] speeds) {
    if (shards > MOST_BALANCED) {
      return proportional(shards, speeds);
    }
    double all = 0;
    for (double speed : speeds) {
      all += speed;
    }
    Cuts cuts = new Cuts(shards, speeds, blockCounts(shards), BLOCK_COST * shards / all);
    int[][] begins = new int[speeds.length][shards + 1];
    double soonest = cuts.best(Double.POSITIVE_INFINITY, 0, begins);
    cuts.best(soonest, 1, begins);
    List<List<Block>> leases = new ArrayList<>();
    for (int w = speeds.length - 1, to = shards; w >= 0; w--) {
      int from = begins[w][to];
      leases.add(0, from == to ? List.of() : Block.cover(from, to, shards));
      to = from;
    }
    return leases;
  }

  /** All ways to cut the shards into a part for each worker, by dynamic programming. */
  private record Cuts(int shards, double[] speeds, int[][] blocks, double blockCost) {

    /**
     * Of the cuts where nobody needs longer than {@code limit}, one with the least {@code idleCost}
     * of workers without shards, and among those one whose slowest is done earliest.
     *
     * @param begins where worker w's part begins if the parts of workers 0..w end at a shard
     * @return when the slowest is done
     */
    double best(double limit, int idleCost, int[][] begins) {
      double[] time = new double[shards + 1];
      Arrays.fill(time, 1, shards + 1, Double.POSITIVE_INFINITY);
      int[] idle = new int[shards + 1];
      for (int w = 0; w < speeds.length; w++) {
        double[] nextTime = new double[shards + 1];
        Arrays.fill(nextTime, Double.POSITIVE_INFINITY);
        int[] nextIdle = new int[shards + 1];
        for (int to = 0; to <= shards; to++) {
          for (int from = 0; from <= to; from++) {
            double own = (to - from) / speeds[w] + blocks[from][to] * blockCost;
            double slowest = Math.max(time[from], own);
            int without = idle[from] + (from == to ? idleCost : 0);
            boolean first = nextTime[to] == Double.POSITIVE_INFINITY;
            boolean better =
                without < nextIdle[to] || without == nextIdle[to] && slowest < nextTime[to];
            if (slowest <= limit && slowest < Double.POSITIVE_INFINITY && (first || better)) {
              nextTime[to] = slowest;
              nextIdle[to] = without;
              begins[w][to] = from;
            }
          }
        }
        time = nextTime;
        idle = nextIdle;
      }
      return time[shards];
    }
  }

  private static int[][] blockCounts(int shards) {
    int[][] counts = new int[shards + 1][shards + 1];
    for (int from = 0; from < shards; from++) {
      for (int to = from + 1; to <= shards; to++) {
        counts[from][to] = Block.cover(from, to, shards).size();
      }
    }
    return counts;
  }

  private static List<List<Block>> proportional(int shards, double[] speeds) {
    double all = 0;
    for (double speed : speeds) {
      all += speed;
    }
    List<List<Block>> leases = new ArrayList<>();
    double sum = 0;
    int from = 0;
    for (double speed : speeds) {
      sum += speed;
      int to = (int) Math.min(shards, Math.round(shards * (sum / all)));
      leases.add(from < to ? Block.cover(from, to, shards) : List.of());
      from = Math.max(from, to);
    }
    return leases;
  }

  /** Where part w of {@code total} things in {@code parts} even parts begins. */
  public static int bound(int total, int parts, int w) {
    return (int) ((long) total * w / parts);
  }
}
