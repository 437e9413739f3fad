package dev.yamabiko.coordinator;

import dev.yamabiko.protocol.StepTiming;
import java.time.Duration;
import java.util.function.LongSupplier;

/** How long the run's steps take, and what that says of the open one. */
final class StepClock {

  private final LongSupplier nanoTime;
  private final StepDeadline deadline;
  private final LateDeadline late;
  private long began;
  private boolean waited = true;

  StepClock(LongSupplier nanoTime, StepWork work) {
    this.nanoTime = nanoTime;
    deadline = new StepDeadline(work);
    late = new LateDeadline(work);
  }

  /** A step begins now, or goes on after a wait that says nothing of it. */
  void begin() {
    began = nanoTime.getAsLong();
    waited = true;
  }

  /** A slice's timing of the step that closes now, without what passed before the step began. */
  StepTiming timing(StepTiming bySlice) {
    return waited ? bySlice.within(nanoTime.getAsLong() - began) : bySlice;
  }

  /**
   * A step has closed, the next begins.
   *
   * @param wasLate whether something of it was
   */
  void closed(boolean wasLate) {
    long now = nanoTime.getAsLong();
    Duration taken = Duration.ofNanos(now - began);
    deadline.closed(taken);
    late.closed(taken, wasLate);
    began = now;
    waited = false;
  }

  /** When something is taken to be wrong. */
  Duration deadline() {
    return deadline.next();
  }

  /** When missing shards are handed out again. */
  Duration late() {
    return late.next();
  }

  /** How many steps a lease covers. */
  long leaseSteps() {
    return late.leaseSteps();
  }
}
