package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class InterruptionTest {

  private final List<String> happened = new CopyOnWriteArrayList<>();

  private Interruption interruption(Duration deadline) {
    Interruption interruption = new Interruption(deadline, code -> happened.add("halt " + code));
    interruption.onLoss(() -> happened.add("nothing saved"), Interruption.EXIT_CODE);
    return interruption;
  }

  @Test
  void shouldHaltAtOnceWhenNothingRuns() {
    interruption(Duration.ofDays(1)).onSignal();
    assertEquals(List.of("nothing saved", "halt 130"), happened);
  }

  @Test
  void shouldEndANodeInGoodOrderThatHasNotBegun() {
    Interruption interruption = interruption(Duration.ofMillis(1));
    interruption.onLoss(() -> happened.add("not ready"), 0);
    interruption.onSignal();
    assertEquals(List.of("not ready", "halt 0"), happened);
  }

  @Test
  void shouldNotSayOfANodeThatItEndedInGoodOrderWhenItDidNotEnd() {
    Interruption interruption = interruption(Duration.ofMillis(1));
    interruption.onLoss(() -> happened.add("not ready"), 0);
    interruption.during(() -> happened.add("asked"));
    interruption.onSignal();
    assertEquals(List.of("asked", "not ready", "halt 130"), happened);
  }

  @Test
  void shouldHaltOnlyAfterTheRunHasEnded() throws InterruptedException {
    Interruption interruption = interruption(Duration.ofDays(1));
    CountDownLatch asked = new CountDownLatch(1);
    interruption.during(asked::countDown);
    Thread hook = new Thread(interruption::onSignal);
    hook.start();
    assertTrue(asked.await(60, TimeUnit.SECONDS));
    happened.add("files written");
    interruption.end(Interruption.EXIT_CODE);
    hook.join();
    assertTrue(interruption.signalled());
    assertEquals(List.of("files written", "halt 130"), happened);
  }

  @Test
  void shouldHaltAtTheDeadlineWhenTheRunDoesNotEnd() {
    Interruption interruption = interruption(Duration.ofMillis(1));
    interruption.during(() -> happened.add("asked"));
    interruption.onSignal();
    assertEquals(List.of("asked", "nothing saved", "halt 130"), happened);
  }

  /** As whoever writes to a pipe that nobody reads. */
  private void stuck() {
    happened.add("stuck");
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void shouldHaltAtTheDeadlineThoughNobodyTakesItsWords() {
    Interruption interruption = interruption(Duration.ofMillis(1));
    interruption.onLoss(this::stuck, Interruption.EXIT_CODE);
    interruption.during(this::stuck);
    interruption.onSignal();
    assertTrue(interruption.signalled());
    assertEquals(List.of("stuck", "stuck", "halt 130"), happened);
  }

  @Test
  void shouldEndAfterAnExitCallThoughNobodyTakesItsWords() {
    Interruption interruption = interruption(Duration.ofDays(1));
    interruption.onExitCall(call -> stuck());
    interruption.exitCalled("example.Bad.make");
    assertEquals(List.of("stuck", "halt 1"), happened);
  }

  private static StackTraceElement frame(String type, String method) {
    String file = type.substring(type.lastIndexOf('.') + 1) + ".java";
    return new StackTraceElement(type, method, file, 9);
  }

  @Test
  void shouldTellCodeThatEndsTheProcessFromASignalAndFromItsOwnEnd() {
    StackTraceElement[] exit = {
      frame("java.lang.Shutdown", "exit"),
      frame("java.lang.Runtime", "exit"),
      frame("java.lang.System", "exit"),
      frame(Main.class.getName(), "main")
    };
    StackTraceElement[] signal = {
      frame("java.lang.Shutdown", "exit"), frame("java.lang.Terminator$1", "handle")
    };
    assertEquals(Optional.empty(), ExitCall.among(List.of(signal, exit)));
    exit[3] = frame("example.Bad", "make");
    Optional<String> call = ExitCall.among(List.of(signal, exit));
    assertEquals(Optional.of("example.Bad.make (Bad.java:9)"), call);
    interruption(Duration.ofDays(1)).exitCalled(call.orElseThrow());
    assertEquals(List.of("halt 1"), happened);
  }

  /** Of a virtual thread no stack shows, neither its own nor one of its carrier. */
  @Test
  void shouldTakeAnEndThatNoThreadShowsForOneByAVirtualThread() {
    StackTraceElement[] carrier = {
      frame("java.util.concurrent.ForkJoinPool", "runWorker"),
      frame("java.util.concurrent.ForkJoinWorkerThread", "run")
    };
    Interruption interruption = interruption(Duration.ofDays(1));
    interruption.onExitCall(call -> happened.add(call));
    interruption.onEnd(List.of(carrier, new StackTraceElement[0]));
    assertEquals(List.of("code in a virtual thread", "halt 1"), happened);
  }
}
