package dev.yamabiko.coordinator;

import java.time.Duration;

/**
 * How long a step may take before something is taken to be wrong: a multiple of the slowest of the
 * run's own recent steps, never less than a floor; the first step, of which nothing is known but
 * how much arithmetic it is, has a wide limit.
 */
final class StepDeadline {

  static final Duration FIRST = Duration.ofMinutes(10);

  /** Operations per second of a slow machine that others use, too. */
  static final double SLOW = 2e8;

  static final Duration FLOOR = Duration.ofMinutes(1);
  private static final int FACTOR = 20;
  private static final int WINDOW = 32;

  private final long[] recent = new long[WINDOW];
  private final Duration first;
  private long steps;

  StepDeadline(StepWork work) {
    first = work.at(SLOW, FIRST);
  }

  void closed(Duration taken) {
    recent[(int) (steps++ % WINDOW)] = taken.toNanos();
  }

  Duration next() {
    if (steps == 0) {
      return first;
    }
    long slowest = 0;
    for (long nanos : recent) {
      slowest = Math.max(slowest, nanos);
    }
    Duration limit = Duration.ofNanos(slowest).multipliedBy(FACTOR);
    return limit.compareTo(FLOOR) < 0 ? FLOOR : limit;
  }
}
