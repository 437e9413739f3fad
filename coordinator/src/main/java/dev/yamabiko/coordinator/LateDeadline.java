package dev.yamabiko.coordinator;

import java.time.Duration;

/**
 * When shards of a step count as late, and when a lease should end so that speeds and newcomers can
 * be looked at: both by the run's own recent steps. Decides who computes, never what.
 */
final class LateDeadline {

  /** Before anything is known: kernels are not compiled yet, data is read for the first time. */
  static final Duration FIRST = Duration.ofSeconds(20);

  /** Operations per second without haste. */
  static final double UNHURRIED = 1e10;

  static final Duration LEAST = Duration.ofMillis(750);

  private static final int FACTOR = 5;
  private static final int WINDOW = 8;
  private static final int KNOWN = 3;
  private static final Duration LEASE = Duration.ofSeconds(1);
  private static final int FIRST_LEASE = 8;
  private static final int LONGEST_LEASE = 10_000;

  private final long[] recent = new long[WINDOW];
  private final Duration first;
  private int steps;
  private boolean wasLate;

  LateDeadline(StepWork work) {
    first = work.at(UNHURRIED, FIRST);
  }

  /**
   * A late step may have waited for a worker that is gone and says nothing of the next ones; a
   * second one in a row is how long steps take now.
   */
  void closed(Duration taken, boolean late) {
    boolean counts = !late || wasLate;
    wasLate = late;
    if (counts) {
      add(taken);
    }
  }

  private void add(Duration taken) {
    recent[steps++ % WINDOW] = taken.toNanos();
    if (steps == 2 * WINDOW) {
      steps = WINDOW;
    }
  }

  /** How long a step may take before its missing shards are handed out again. */
  Duration next() {
    if (steps < KNOWN) {
      return first;
    }
    Duration limit = Duration.ofNanos(slowest()).multipliedBy(FACTOR);
    return limit.compareTo(LEAST) < 0 ? LEAST : limit;
  }

  /** How many steps a lease covers: about a second's worth. */
  long leaseSteps() {
    return steps < KNOWN
        ? FIRST_LEASE
        : Math.max(1, Math.min(LONGEST_LEASE, LEASE.toNanos() / Math.max(1, slowest())));
  }

  private long slowest() {
    long slowest = 0;
    for (int i = 0; i < Math.min(steps, WINDOW); i++) {
      slowest = Math.max(slowest, recent[i]);
    }
    return slowest;
  }
}
