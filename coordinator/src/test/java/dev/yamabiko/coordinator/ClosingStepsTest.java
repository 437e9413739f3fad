package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.RunMessage;
import dev.yamabiko.protocol.StepTiming;
import dev.yamabiko.step.Statistics;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ClosingStepsTest {

  private static final RunKey KEY = new RunKey("run", 1);

  private final ClosingSteps steps = new ClosingSteps(2, 5);

  private static RunMessage.SliceUpdated updated(long step, int slice) {
    return new RunMessage.SliceUpdated(
        KEY,
        step,
        slice,
        new Statistics(4, step, 0, 0),
        1,
        new StepTiming(100 + slice, 0, List.of()));
  }

  @Test
  void shouldCloseWhenAllSlicesHaveUpdated() {
    steps.accept(updated(5, 1));
    steps.accept(updated(5, 1));
    assertTrue(steps.close().isEmpty());
    steps.accept(updated(5, 0));
    assertEquals(Optional.of(updated(5, 0)), steps.close());
    assertEquals(6, steps.step());
    assertTrue(steps.close().isEmpty());
  }

  @Test
  void shouldTellHowLongTheStepTookTheSliceThatWasLast() {
    steps.accept(updated(5, 0));
    steps.accept(updated(5, 1));
    // Said again, because it might have been lost.
    steps.accept(updated(5, 0));
    assertEquals(101, steps.close().orElseThrow().timing().nanos());
  }

  @Test
  void shouldCloseInOrderWhenOneSliceRunsAhead() {
    steps.accept(updated(5, 0));
    steps.accept(updated(6, 0));
    steps.accept(updated(6, 1));
    assertTrue(steps.close().isEmpty());
    steps.accept(updated(5, 1));
    assertEquals(5, steps.close().orElseThrow().step());
    assertEquals(6, steps.close().orElseThrow().step());
  }

  @Test
  void shouldDropWordOnAStepThatHasClosed() {
    steps.accept(updated(4, 0));
    steps.accept(updated(4, 1));
    assertTrue(steps.close().isEmpty());
    assertEquals(5, steps.step());
  }

  @Test
  void shouldTellOfDivergenceOnceTheStepBeforeHasClosed() {
    RunMessage.Diverged diverged = new RunMessage.Diverged(KEY, 6, "not finite");
    steps.diverged(diverged);
    assertTrue(steps.divergence().isEmpty());
    steps.accept(updated(5, 0));
    steps.accept(updated(5, 1));
    steps.close();
    assertEquals(Optional.of(diverged), steps.divergence());
  }
}
