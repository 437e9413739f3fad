package dev.yamabiko.local;

import akka.dispatch.MonitorableThreadFactory;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;

/**
 * Errors that a thread of a run's actor system has died of, as where memory has run out. Akka would
 * print them and end the actor system; the run's command or program says them in its own words.
 */
final class FatalErrors {

  private volatile Error first;
  private volatile CountDownLatch waiting = new CountDownLatch(0);

  /** Empty while there has been none. */
  Optional<Error> first() {
    return Optional.ofNullable(first);
  }

  /** Blocks until that has ended, or there is an error; for one thread at a time. */
  void await(CompletableFuture<?> what) {
    CountDownLatch either = new CountDownLatch(1);
    waiting = either;
    if (first != null) {
      return;
    }
    what.whenComplete((value, failure) -> either.countDown());
    boolean interrupted = false;
    while (either.getCount() > 0) {
      try {
        either.await();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Takes no memory, and loads nothing: there may be none. */
  private void heard(Error error) {
    if (first == null) {
      first = error;
    }
    waiting.countDown();
  }

  /** The same threads, but their errors end up here; exceptions stay where they were. */
  ThreadFactory heard(ThreadFactory threads) {
    if (!(threads instanceof MonitorableThreadFactory akkas)) {
      return threads;
    }
    Thread.UncaughtExceptionHandler before = akkas.exceptionHandler();
    return akkas.copy(
        akkas.name(),
        akkas.daemonic(),
        akkas.contextClassLoader(),
        (thread, thrown) -> {
          if (thrown instanceof Error error) {
            heard(error);
          } else {
            before.uncaughtException(thread, thrown);
          }
        },
        akkas.counter());
  }
}
