package dev.yamabiko.client;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;

/**
 * When something last went on. Who waits for its end gives up after a silence, however long it
 * takes in all: a large file may, a peer that has stopped may not. For any number of threads.
 */
final class Liveness {

  private final LongSupplier nanoTime;
  private volatile long lastNanos;

  Liveness() {
    this(System::nanoTime);
  }

  Liveness(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    beat();
  }

  /** It goes on. */
  void beat() {
    lastNanos = nanoTime.getAsLong();
  }

  /**
   * Blocks until it has ended.
   *
   * @param most without a {@link #beat}; of what never beats, the deadline of the whole
   * @throws TimeoutException after that silence
   */
  <T> T await(Future<T> end, Duration most)
      throws InterruptedException, ExecutionException, TimeoutException {
    while (true) {
      try {
        return end.get(Math.max(0, left(most)), TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        if (left(most) <= 0) {
          throw e;
        }
      }
    }
  }

  private long left(Duration most) {
    return most.toNanos() - (nanoTime.getAsLong() - lastNanos);
  }
}
