package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class InterruptionTest {

  private final List<String> happened = new CopyOnWriteArrayList<>();

  private Interruption interruption(Duration deadline) {
    Interruption interruption = new Interruption(deadline, code -> happened.add("halt " + code));
    interruption.onLoss(() -> happened.add("nothing saved"));
    return interruption;
  }

  @Test
  void shouldHaltAtOnceWhenNothingRuns() {
    interruption(Duration.ofDays(1)).onSignal();
    assertEquals(List.of("nothing saved", "halt 130"), happened);
  }

  @Test
  void shouldHaltOnlyAfterTheRunHasEnded() throws InterruptedException {
    Interruption interruption = interruption(Duration.ofDays(1));
    CountDownLatch asked = new CountDownLatch(1);
    interruption.during(asked::countDown);
    Thread hook = new Thread(interruption::onSignal);
    hook.start();
    assertTrue(asked.await(20, TimeUnit.SECONDS));
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
}
