package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yamabiko.protocol.RunEvent;
import org.junit.jupiter.api.Test;

class TrainingClockTest {

  private long now = 5_000_000_000_000L;
  private final TrainingClock clock = new TrainingClock(() -> now);

  @Test
  void shouldHaveMeasuredNothingBeforeTheFirstStep() {
    clock.onEvent(new RunEvent.WorkerLeft("a", "failed", true, 0));
    assertEquals(0, clock.seconds());
  }

  @Test
  void shouldMeasureFromTheStartToTheLastEvent() {
    clock.onEvent(new RunEvent.RunStarted(1, 0, 0, 0));
    now += 2_000_000_000L;
    clock.onEvent(new RunEvent.WorkerLeft("a", "failed", true, 0));
    assertEquals(2, clock.seconds());
  }
}
