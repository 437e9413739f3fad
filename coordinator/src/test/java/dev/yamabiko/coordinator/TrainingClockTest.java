package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yamabiko.protocol.RunEvent;
import dev.yamabiko.step.Statistics;
import org.junit.jupiter.api.Test;

class TrainingClockTest {

  private long now = 5_000_000_000_000L;
  private final TrainingClock clock = new TrainingClock(() -> now);

  @Test
  void shouldHaveMeasuredNothingBeforeTheFirstStep() {
    clock.onEvent(new RunEvent.WorkerLeft("a", "failed", true, 0, null));
    assertEquals(0, clock.seconds());
  }

  private static RunEvent.StepClosed closed(long step) {
    return new RunEvent.StepClosed(step, 0, new Statistics(8, 4, 0, 0), 0.25f, Double.NaN);
  }

  @Test
  void shouldCountWhatWasTrainedHereAndAllOfThat() {
    clock.onEvent(new RunEvent.RunStarted(1, 7, 1, 56));
    clock.onEvent(closed(7));
    clock.onEvent(closed(8));
    clock.onEvent(closed(7)); // again, after a return
    assertEquals(24, clock.samples());
    assertEquals(3, clock.steps());
  }

  @Test
  void shouldMeasureFromTheStartToTheLastEvent() {
    clock.onEvent(new RunEvent.RunStarted(1, 0, 0, 0));
    now += 2_000_000_000L;
    clock.onEvent(new RunEvent.WorkerLeft("a", "failed", true, 0, null));
    assertEquals(2, clock.seconds());
  }
}
