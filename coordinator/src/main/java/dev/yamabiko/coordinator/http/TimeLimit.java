package dev.yamabiko.coordinator.http;

import java.util.function.LongSupplier;
import scala.concurrent.duration.Duration;

/**
 * Of work for an answer that nobody waits for any more when it comes too late.
 *
 * @param late what a request is told then
 */
record TimeLimit(Duration limit, String late, LongSupplier nanoTime) {

  /** From now on; to be run again and again, and late it throws a {@link ProblemException}. */
  Runnable begin() {
    long asked = nanoTime.getAsLong();
    return () -> {
      if (nanoTime.getAsLong() - asked > limit.toNanos()) {
        throw Problem.unavailable(late).exception();
      }
    };
  }
}
