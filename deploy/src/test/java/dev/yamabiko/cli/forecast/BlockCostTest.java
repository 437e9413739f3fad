package dev.yamabiko.cli.forecast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class BlockCostTest {

  private static BlockCost.Sample sample(int examples, int shards, double seconds) {
    return new BlockCost.Sample(examples, shards, seconds);
  }

  @Test
  void shouldFindTheCostsThatMadeTheTimes() {
    BlockCost made = new BlockCost(3e-5, 2e-5, 1e-4);
    BlockCost found =
        BlockCost.fit(
            List.of(
                sample(128, 8, made.seconds(128, 8)),
                sample(128, 1, made.seconds(128, 1)),
                sample(32, 2, made.seconds(32, 2)),
                sample(1, 1, made.seconds(1, 1))));
    assertEquals(made.fixed(), found.fixed(), 1e-12);
    assertEquals(made.perExample(), found.perExample(), 1e-12);
    assertEquals(made.perShard(), found.perShard(), 1e-12);
  }

  @Test
  void shouldNotFindCostsBelowNone() {
    // Shards that make it quicker, and a line that would begin below 0.
    BlockCost found =
        BlockCost.fit(List.of(sample(100, 8, 1.0), sample(100, 1, 1.1), sample(10, 1, 0.05)));
    assertTrue(found.fixed() >= 0 && found.perExample() > 0 && found.perShard() >= 0);
    assertEquals(1, found.seconds(100, 1), 0.5);
  }

  @Test
  void shouldDoWithTermsThatOnlyGrowTogether() {
    BlockCost found = BlockCost.fit(List.of(sample(64, 4, 0.64), sample(16, 1, 0.16)));
    assertEquals(0.32, found.seconds(32, 2), 1e-9);
  }
}
