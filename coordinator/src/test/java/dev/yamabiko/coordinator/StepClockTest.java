package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yamabiko.protocol.StepTiming;
import dev.yamabiko.protocol.WorkerTiming;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class StepClockTest {

  private final AtomicLong now = new AtomicLong(-5);
  private final StepClock clock = new StepClock(now::get, new StepWork(0));

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

  /** Or a step that takes longer than what nothing is known of may would be late for ever. */
  @Test
  void shouldMeasureLatenessByStepsThatWereLateOneAfterTheOther() {
    clock.begin();
    for (int step = 0; step < 3; step++) {
      close(Duration.ofSeconds(30), true);
    }
    assertEquals(LateDeadline.FIRST, clock.late());
    close(Duration.ofSeconds(30), true);
    assertEquals(Duration.ofSeconds(150), clock.late());
  }

  @Test
  void shouldAllowTheFirstStepTheTimeOfItsArithmetic() {
    StepClock large = new StepClock(now::get, new StepWork(1e12));
    assertEquals(Duration.ofSeconds(100), large.late());
    assertEquals(Duration.ofSeconds(5_000), large.deadline());
  }

  /** Slices hold the first step's weights while workers evaluate, or while there are none. */
  @Test
  void shouldTimeTheFirstStepAfterAWaitFromWhenItBegan() {
    StepTiming bySlice =
        new StepTiming(
            10_000,
            200,
            List.of(new WorkerTiming("w1", 9_800, 500), new WorkerTiming("w2", 1, 500)));
    clock.begin();
    now.addAndGet(2_000);
    assertEquals(
        new StepTiming(
            2_000,
            200,
            List.of(new WorkerTiming("w1", 1_800, 500), new WorkerTiming("w2", 0, 500))),
        clock.timing(bySlice));
    clock.closed(false);
    // The run may hear of several steps at once; what it has not waited for it leaves alone.
    assertEquals(bySlice, clock.timing(bySlice));
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
