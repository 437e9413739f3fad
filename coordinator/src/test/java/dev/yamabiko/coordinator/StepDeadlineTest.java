package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class StepDeadlineTest {

  private final StepDeadline deadline = new StepDeadline(new StepWork(0));

  @Test
  void shouldBeWideWhenNothingIsKnown() {
    assertEquals(StepDeadline.FIRST, deadline.next());
  }

  @Test
  void shouldNotFallBelowFloorWhenStepsAreQuick() {
    deadline.closed(Duration.ofMillis(3));
    assertEquals(StepDeadline.FLOOR, deadline.next());
  }

  @Test
  void shouldFollowSlowestRecentStep() {
    deadline.closed(Duration.ofSeconds(30));
    deadline.closed(Duration.ofSeconds(1));
    assertEquals(Duration.ofSeconds(600), deadline.next());
    for (int i = 0; i < 32; i++) {
      deadline.closed(Duration.ofSeconds(4));
    }
    assertEquals(Duration.ofSeconds(80), deadline.next());
  }
}
