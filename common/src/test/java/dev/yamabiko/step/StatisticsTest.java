package dev.yamabiko.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.yamabiko.tensor.Philox;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class StatisticsTest {

  @Test
  void shouldGiveMeansOfWhatWasCounted() {
    Statistics statistics = new Statistics(8, 4, 6, 18);
    assertEquals(0.5, statistics.meanLoss());
    assertEquals(0.75, statistics.accuracy());
    assertEquals(1.5, statistics.rmse(1));
    assertEquals(0.75, statistics.rmse(4));
  }

  @Property
  void shouldSumAlongTheTreeWithAbsentLeaves(
      @ForAll @IntRange(min = 1, max = 100) int leaves,
      @ForAll @IntRange(min = 1, max = 4) int every,
      @ForAll long seed) {
    Philox random = Philox.stream(seed, Philox.Purpose.GENERATE, 0, 0, 0);
    List<Statistics> list = new ArrayList<>();
    for (int i = 0; i < leaves; i++) {
      Statistics leaf = new Statistics(i, random.nextGaussian(), i % 3, 1e6 * random.nextDouble());
      list.add(random.nextInt(every) == 0 ? leaf : null);
    }
    assertEquals(define(new Block(0, leaves), list), Statistics.sum(list));
  }

  private static Statistics define(Block block, List<Statistics> leaves) {
    if (block.isLeaf()) {
      return leaves.get(block.from());
    }
    Statistics left = define(block.left(), leaves);
    Statistics right = define(block.right(), leaves);
    if (left == null || right == null) {
      return left == null ? right : left;
    }
    return left.plus(right);
  }

  @Test
  void shouldBeAbsentWhenAllLeavesAre() {
    assertNull(Statistics.sum(Arrays.asList(null, null, null)));
  }
}
