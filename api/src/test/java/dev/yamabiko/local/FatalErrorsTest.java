package dev.yamabiko.local;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import akka.dispatch.MonitorableThreadFactory;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import scala.Option;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FatalErrorsTest {

  private final FatalErrors errors = new FatalErrors();
  private final AtomicReference<Throwable> byAkka = new AtomicReference<>();
  private final ThreadFactory threads =
      errors.heard(
          new MonitorableThreadFactory(
              "test",
              true,
              Option.empty(),
              (thread, thrown) -> byAkka.set(thrown),
              new AtomicLong()));

  private void dieOf(Runnable cause) throws InterruptedException {
    Thread thread = threads.newThread(cause);
    thread.start();
    thread.join();
  }

  @Test
  void shouldHearOfTheFirstError() throws InterruptedException {
    Error first = new OutOfMemoryError("first");
    dieOf(
        () -> {
          throw first;
        });
    dieOf(
        () -> {
          throw new StackOverflowError("second");
        });
    assertSame(first, errors.first().orElseThrow());
    assertNull(byAkka.get());
  }

  @Test
  void shouldWaitNoLongerThanUntilAnError() throws InterruptedException {
    CompletableFuture<Void> never = new CompletableFuture<>();
    Thread waiting = new Thread(() -> errors.await(never));
    waiting.start();
    while (waiting.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    dieOf(
        () -> {
          throw new OutOfMemoryError();
        });
    waiting.join();
    errors.await(never);
  }

  @Test
  void shouldWaitNoLongerThanForTheEnd() {
    errors.await(CompletableFuture.completedFuture(1));
    assertTrue(errors.first().isEmpty());
  }

  @Test
  void shouldLeaveExceptionsToAkka() throws InterruptedException {
    RuntimeException exception = new IllegalStateException("a bug");
    dieOf(
        () -> {
          throw exception;
        });
    assertSame(exception, byAkka.get());
    assertTrue(errors.first().isEmpty());
  }
}
