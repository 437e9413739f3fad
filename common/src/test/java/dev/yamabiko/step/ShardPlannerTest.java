package dev.yamabiko.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShardPlannerTest {

  @Test
  void shouldCutEightShardsIntoAlignedBlocksForThreeWorkers() {
    assertEquals(
        List.of(
            List.of(new Block(0, 2)),
            List.of(new Block(2, 4), new Block(4, 5)),
            List.of(new Block(5, 6), new Block(6, 8))),
        ShardPlanner.plan(8, 3));
  }

  @Property
  void shouldCoverEveryShardOnceWithNodesOfTheTree(
      @ForAll @IntRange(min = 1, max = 200) int shards,
      @ForAll @IntRange(min = 1, max = 40) int workers) {
    assertCovers(shards, ShardPlanner.plan(shards, workers));
  }

  private static int shards(List<Block> lease) {
    return lease.stream().mapToInt(Block::shards).sum();
  }

  private static double[] equal(int workers) {
    double[] speeds = new double[workers];
    Arrays.fill(speeds, 17.5);
    return speeds;
  }

  private static void assertCovers(int shards, List<List<Block>> plan) {
    int next = 0;
    for (List<Block> lease : plan) {
      for (Block block : lease) {
        assertEquals(next, block.from());
        assertTrue(block.isNodeOf(shards));
        next = block.to();
      }
    }
    assertEquals(shards, next);
  }

  @Property(tries = 300)
  void shouldCoverEveryShardOnceWhateverTheSpeeds(
      @ForAll @IntRange(min = 1, max = 400) int shards,
      @ForAll @Size(min = 1, max = 24) List<@DoubleRange(min = 0.01, max = 100) Double> speeds) {
    double[] all = speeds.stream().mapToDouble(Double::doubleValue).toArray();
    List<List<Block>> plan = ShardPlanner.plan(shards, all);
    assertEquals(all.length, plan.size());
    assertCovers(shards, plan);
  }

  /**
   * A cut that is even to one shard is possible, unless there are so few that the best leaves
   * others idle; blocks saved may cost a little of it.
   */
  @Property(tries = 300)
  void shouldBalanceWhateverTheSpeeds(
      @ForAll @IntRange(min = 1, max = 400) int shards,
      @ForAll @Size(min = 1, max = 16) List<@DoubleRange(min = 1, max = 8) Double> speeds) {
    double[] all = speeds.stream().mapToDouble(Double::doubleValue).toArray();
    double best = slowestOfTheBest(shards, all);
    int depth = 33 - Integer.numberOfLeadingZeros(shards);
    List<List<Block>> plan = ShardPlanner.plan(shards, all);
    for (int w = 0; w < all.length; w++) {
      double time = shards(plan.get(w)) / all[w];
      double coarsest = 2 / all[w];
      assertTrue(
          time <= best * (1 + 0.05 * 2 * depth) + coarsest,
          "worker %d of %s takes %s, at best %s: %s".formatted(w, speeds, time, best, plan));
    }
  }

  /** How long the slowest takes where each shard goes to whoever has done it first. */
  private static double slowestOfTheBest(int shards, double[] speeds) {
    int[] given = new int[speeds.length];
    double slowest = 0;
    for (int i = 0; i < shards; i++) {
      int first = 0;
      for (int w = 1; w < speeds.length; w++) {
        if ((given[w] + 1) / speeds[w] < (given[first] + 1) / speeds[first]) {
          first = w;
        }
      }
      given[first]++;
      slowest = Math.max(slowest, given[first] / speeds[first]);
    }
    return slowest;
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "8, 1", "8, 2", "8, 4", "8, 8", "48, 3", "160, 5", "256, 64", "1024, 16"})
  void shouldGiveOneBlockEachWhereSharesAreEqualPowersOfTwo(int shards, int workers) {
    List<List<Block>> plan = ShardPlanner.plan(shards, equal(workers));
    assertCovers(shards, plan);
    for (List<Block> lease : plan) {
      assertEquals(1, lease.size(), plan.toString());
      assertEquals(shards / workers, lease.get(0).shards());
    }
  }

  @ParameterizedTest
  @CsvSource({"9, 2", "12, 3", "16, 4", "64, 3", "100, 4", "256, 7", "300, 4", "5000, 9"})
  void shouldGiveAWorkerTwiceAsFastAboutTwiceTheShards(int shards, int workers) {
    double[] speeds = equal(workers);
    speeds[workers / 2] *= 2;
    List<List<Block>> plan = ShardPlanner.plan(shards, speeds);
    assertCovers(shards, plan);
    double share = (double) shards / (workers + 1);
    for (int w = 0; w < workers; w++) {
      double expected = w == workers / 2 ? 2 * share : share;
      assertEquals(expected, shards(plan.get(w)), 1 + 0.15 * expected, plan.toString());
    }
  }

  @Test
  void shouldLeaveTheSlowestIdleWhereThereAreMoreWorkersThanShards() {
    double[] speeds = equal(6);
    speeds[1] = 0.1;
    List<List<Block>> plan = ShardPlanner.plan(3, speeds);
    assertCovers(3, plan);
    assertEquals(List.of(), plan.get(1));
    assertTrue(plan.stream().allMatch(lease -> shards(lease) <= 1), plan.toString());
  }

  @ParameterizedTest
  @CsvSource({"8, 5", "8, 6", "8, 7", "12, 7", "5, 4", "64, 60"})
  void shouldGiveSomethingToEveryWorkerThatIsAsFastAsTheOthers(int shards, int workers) {
    List<List<Block>> plan = ShardPlanner.plan(shards, equal(workers));
    assertCovers(shards, plan);
    int most = (shards + workers - 1) / workers;
    for (List<Block> lease : plan) {
      assertTrue(!lease.isEmpty() && shards(lease) <= most, plan.toString());
    }
  }

  @Property(tries = 300)
  void shouldNeedFewBlocksWhereSpeedsAreEqual(
      @ForAll @IntRange(min = 2, max = 256) int shards,
      @ForAll @IntRange(min = 1, max = 16) int workers) {
    int most = 32 - Integer.numberOfLeadingZeros(shards - 1);
    for (List<Block> lease : ShardPlanner.plan(shards, equal(workers))) {
      assertTrue(lease.size() <= most, lease.toString());
    }
  }

  @Test
  void shouldPlanWhileNobodyNotices() {
    double[] speeds = new double[64];
    Arrays.setAll(speeds, w -> 1 + (w * 37 % 64) / 16.0);
    ShardPlanner.plan(256, speeds);
    long began = System.nanoTime();
    assertCovers(256, ShardPlanner.plan(256, speeds));
    long taken = System.nanoTime() - began;
    // Some 15 ms; a busy machine is slow, but a plan that takes a step's time is no plan.
    assertTrue(taken < 1_000_000_000L, taken + " ns");
  }
}
