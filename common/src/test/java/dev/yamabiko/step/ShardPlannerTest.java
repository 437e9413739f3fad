package dev.yamabiko.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

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
    int next = 0;
    for (List<Block> lease : ShardPlanner.plan(shards, workers)) {
      for (Block block : lease) {
        assertEquals(next, block.from());
        assertTrue(block.isNodeOf(shards));
        next = block.to();
      }
    }
    assertEquals(shards, next);
  }
}
