package dev.yamabiko.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.tensor.ShardRows;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class StepPlanTest {

  @Property
  void shouldGiveEveryExampleToExactlyOneShardPerEpoch(
      @ForAll @IntRange(min = 1, max = 200) int examples,
      @ForAll @IntRange(min = 1, max = 60) int batchSize,
      @ForAll @IntRange(min = 1, max = 60) int wanted,
      @ForAll @IntRange(min = 1, max = 3) int epochs) {
    int shards = Math.min(wanted, batchSize);
    StepPlan plan = new StepPlan(examples, batchSize, shards, epochs);
    int[] seen = new int[examples];
    for (long step = 0; step < plan.steps(); step++) {
      for (int s = 0; s < shards; s++) {
        int from = plan.batchFrom(step) + plan.shardFrom(step, s);
        int to = plan.batchFrom(step) + plan.shardFrom(step, s + 1);
        assertEquals(from == to, plan.isEmpty(step, s));
        for (int position = from; position < to; position++) {
          seen[position]++;
          assertEquals(plan.epochOf(step) + 1, seen[position]);
        }
      }
    }
    for (int count : seen) {
      assertEquals(epochs, count);
    }
  }

  @Property
  void shouldCutEveryBatchByTheFormula(
      @ForAll @IntRange(min = 1, max = 200) int examples,
      @ForAll @IntRange(min = 1, max = 60) int batchSize,
      @ForAll @IntRange(min = 1, max = 60) int wanted) {
    int shards = Math.min(wanted, batchSize);
    StepPlan plan = new StepPlan(examples, batchSize, shards, 1);
    int first = 0;
    for (long step = 0; step < plan.steps(); step++) {
      int n = Math.min(batchSize, examples - first);
      assertEquals(first, plan.batchFrom(step));
      assertEquals(n, plan.batchExamples(step));
      for (int i = 0; i <= shards; i++) {
        assertEquals(Math.floorDiv(i * n, shards), plan.shardFrom(step, i));
      }
      first += n;
    }
    assertEquals(examples, first);
  }

  @Test
  void shouldKeepTrueSizeWhenLastBatchIsShort() {
    StepPlan plan = new StepPlan(10, 4, 2, 3);
    assertEquals(3, plan.stepsPerEpoch());
    assertEquals(9, plan.steps());
    assertEquals(2, plan.batchExamples(2));
    assertEquals(8, plan.batchFrom(2));
    assertEquals(1, plan.epochOf(3));
    assertEquals(0, plan.batchFrom(3));
    assertEquals(6, plan.endOfEpoch(1));
  }

  @Test
  void shouldLeaveShardsEmptyWhenLastBatchHasFewerExamplesThanShards() {
    StepPlan plan = new StepPlan(6, 4, 4, 1);
    // two examples in four shards: bounds 0 0 1 1 2
    assertTrue(plan.isEmpty(1, 0));
    assertFalse(plan.isEmpty(1, 1));
    assertTrue(plan.isEmpty(1, 2));
    assertFalse(plan.isEmpty(1, 3));
    assertTrue(plan.isEmpty(1, new Block(2, 3)));
    assertFalse(plan.isEmpty(1, new Block(2, 4)));
    ShardRows rows = plan.rows(1, new Block(2, 4));
    assertEquals(1, rows.rows());
    assertTrue(rows.isEmpty(0));
    assertEquals(0, rows.from(1));
    assertEquals(1, rows.to(1));
  }

  @Test
  void shouldNotOverflowWhenBatchAndShardsAreHuge() {
    StepPlan plan = new StepPlan(Integer.MAX_VALUE, 1 << 30, 1 << 20, 1 << 20);
    assertEquals(2L << 20, plan.steps());
    assertEquals(1 << 30, plan.batchFrom(1));
    assertEquals((1 << 30) - 1, plan.batchExamples(1));
    assertEquals((1 << 30) - 1, plan.shardFrom(1, 1 << 20));
    assertEquals((1 << 20) - 1, plan.epochOf(plan.steps() - 1));
  }

  @Test
  void shouldRefuseWhatCannotBeCut() {
    assertThrows(IllegalArgumentException.class, () -> new StepPlan(0, 4, 2, 1));
    assertThrows(IllegalArgumentException.class, () -> new StepPlan(10, 0, 1, 1));
    assertThrows(IllegalArgumentException.class, () -> new StepPlan(10, 4, 5, 1));
    assertThrows(IllegalArgumentException.class, () -> new StepPlan(10, 4, 0, 1));
    assertThrows(IllegalArgumentException.class, () -> new StepPlan(10, 4, 2, 0));
  }
}
