package dev.yamabiko.step;

import static org.junit.jupiter.api.Assertions.assertEquals;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class EvaluationPlanTest {

  @Property
  void shouldCutDataIntoPartsThatCoverIt(@ForAll @IntRange(min = 1, max = 5000) int examples) {
    EvaluationPlan plan = new EvaluationPlan(examples);
    int at = 0;
    for (int part = 0; part < plan.parts(); part++) {
      assertEquals(at, plan.from(part));
      at = plan.to(part);
      assertEquals(part < plan.parts() - 1 ? 256 : (examples - 1) % 256 + 1, at - plan.from(part));
    }
    assertEquals(examples, at);
  }

  @Test
  void shouldNotOverflowWhenThereAreAsManyExamplesAsIntegers() {
    EvaluationPlan plan = new EvaluationPlan(Integer.MAX_VALUE);
    assertEquals(Integer.MAX_VALUE, plan.to(plan.parts() - 1));
  }
}
