package dev.yamabiko.wire;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what other threads do, with one generous limit. */
final class Await {

  private static final long LIMIT_SECONDS = 60;

  private Await() {}

  static <T> T next(BlockingQueue<T> queue) {
    try {
      T next = queue.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
      assertNotNull(next, "nothing came within " + LIMIT_SECONDS + " s");
      return next;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  static void until(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        fail("not within " + LIMIT_SECONDS + " s: " + what);
      }
      LockSupport.parkNanos(1_000_000);
    }
  }

  /** All that this package's connections borrowed must come back. */
  static void allBuffersReleased() {
    until(
        "no buffer is in use, still are " + BulkLoops.buffersInUse(),
        () -> BulkLoops.buffersInUse() == 0);
  }
}
