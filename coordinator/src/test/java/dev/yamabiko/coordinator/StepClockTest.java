package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class StepClockTest {

  private final AtomicLong now = new AtomicLong(-5);
  private final StepClock clock = new StepClock(now::get);

  private void close(Duration after, boolean wasLate) {
    now.addAndGet(after.toNanos());
    clock.closed(wasLate);
  }

  @Test
  void shouldTakeStepsToBeLateByTheClockItIsGiven() {
    clock.begin();
    for (int step = 0; step < 3; step++) {
      close(Duration.ofSeconds(1), false);
    }
    assertEquals(Duration.ofSeconds(5), clock.late());
    assertEquals(1, clock.leaseSteps());
  }

  @Test
  void shouldNotMeasureLatenessByAStepThatWasLate() {
    clock.begin();
    for (int step = 0; step < 3; step++) {
      close(Duration.ofSeconds(1), false);
    }
    close(Duration.ofSeconds(60), true);
    assertEquals(Duration.ofSeconds(5), clock.late());
    assertEquals(Duration.ofMinutes(20), clock.deadline());
  }

  @Test
  void shouldNotCountAWaitThatTheStepBeganAnewAfter() {
    clock.begin();
    now.addAndGet(Duration.ofHours(1).toNanos());
    clock.begin();
    close(Duration.ofSeconds(6), false);
    assertEquals(Duration.ofMinutes(2), clock.deadline());
  }
}
