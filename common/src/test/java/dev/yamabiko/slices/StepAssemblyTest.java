package dev.yamabiko.slices;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.slices.StepAssembly.Verdict;
import dev.yamabiko.step.Block;
import dev.yamabiko.step.BlockSum;
import dev.yamabiko.step.Statistics;
import dev.yamabiko.step.StepPlan;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StepAssemblyTest {

  private static final StepPlan PLAN = new StepPlan(40, 16, 8, 1);

  private final StepAssembly assembly = new StepAssembly(PLAN, 0, 2);

  @Test
  void shouldBeCompleteWhenBlocksCoverAllShards() {
    assertEquals(Verdict.TAKEN, assembly.offer(part(0, 4, 1), "a"));
    assertFalse(assembly.isComplete());
    assertEquals(Verdict.TAKEN, assembly.offer(part(4, 6, 1), "b"));
    assertEquals(Verdict.TAKEN, assembly.offer(part(6, 8, 1), "b"));
    assertTrue(assembly.isComplete());
  }

  @Test
  void shouldDropSecondContributionWhenItsBitsAreEqual() {
    assembly.offer(part(0, 4, 1), "a");
    assertEquals(Verdict.DUPLICATE, assembly.offer(part(0, 4, 1), "b"));
    assertEquals(1, assembly.parts().size());
  }

  @Test
  void shouldNameConflictWhenSecondContributionHasOtherBits() {
    assembly.offer(part(0, 4, 0f), "a");
    assertEquals(Verdict.CONFLICT, assembly.offer(part(0, 4, -0f), "b"));
    assertEquals(Optional.of("a"), assembly.contributor(new Block(0, 4)));
  }

  @Test
  void shouldDropBlockWhenItIsCutDifferently() {
    assembly.offer(part(0, 2, 1), "a");
    assertEquals(Verdict.COVERED, assembly.offer(part(0, 4, 1), "b"));
    assertEquals(Verdict.COVERED, assembly.offer(part(1, 2, 1), "b"));
    assertEquals(Verdict.TAKEN, assembly.offer(part(2, 4, 1), "b"));
  }

  @Test
  void shouldRefuseRangeThatIsNoNodeOfTheTree() {
    assertEquals(Verdict.INVALID, assembly.offer(part(1, 3, 1), "a"));
    assertEquals(Verdict.INVALID, assembly.offer(part(6, 9, 1), "a"));
  }

  @Test
  void shouldCountEmptyShardsAsCovered() {
    // The last batch of 3 examples in 8 shards: shards 2, 5 and 7 hold one each.
    StepPlan plan = new StepPlan(19, 16, 8, 1);
    StepAssembly last = new StepAssembly(plan, 1, 2);
    assertEquals("{2, 5, 7}", last.missing().toString());
    assertEquals(Verdict.INVALID, last.offer(part(0, 2, 1), "a"));
    assertEquals(Verdict.TAKEN, last.offer(part(0, 4, 1), "a"));
    assertEquals(Verdict.TAKEN, last.offer(part(4, 8, 1), "b"));
    assertTrue(last.isComplete());
  }

  private static BlockSum.Part part(int from, int to, float value) {
    float[] values = {7, value, value};
    return new BlockSum.Part(new Block(from, to), values, 1, new Statistics(2, 0.5, 1, 0));
  }
}
