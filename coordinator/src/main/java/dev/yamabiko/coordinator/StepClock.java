package dev.yamabiko.coordinator;

import dev.yamabiko.protocol.StepTiming;
import java.time.Duration;
import java.util.function.LongSupplier;

/** How long the run's steps take, and what that says of the open one. */
final class StepClock {

  private final LongSupplier nanoTime;
  private final StepDeadline deadline = new StepDeadline();
  private final LateDeadline late = new LateDeadline();
  private long began;
  private boolean waited = true;

  StepClock(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
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
   * @param wasLate whether something of it was, so that it is no measure of what is late
   */
  void closed(boolean wasLate) {
    long now = nanoTime.getAsLong();
    Duration taken = Duration.ofNanos(now - began);
    deadline.closed(taken);
    if (!wasLate) {
      late.closed(taken);
    }
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
