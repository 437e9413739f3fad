package dev.yamabiko.wire;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next attempt: twice as long each time, between half and all of it.
 */
record Backoff(Duration from, Duration to) {

  private static final int MOST_DOUBLINGS = 30;

  /**
   * @param failures attempts that failed in a row, at least 1
   */
  Duration after(int failures, RandomGenerator random) {
    long most = from.toNanos();
    for (int i = 1; i < Math.min(failures, MOST_DOUBLINGS) && most < to.toNanos(); i++) {
      most *= 2;
    }
    most = Math.min(most, to.toNanos());
    return Duration.ofNanos(most / 2 + random.nextLong(most / 2 + 1));
  }
}
