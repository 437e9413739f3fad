package dev.yamabiko.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class LivenessTest {

  private static final Duration MOST = Duration.ofSeconds(10);

  private long now;
  private final Liveness liveness = new Liveness(() -> now);

  /** Time passes while somebody waits for it; it goes on so often within. */
  private final class Transfer extends CompletableFuture<String> {
    private int beats;

    Transfer(int beats) {
      this.beats = beats;
    }

    @Override
    public String get(long time, TimeUnit unit) throws TimeoutException {
      now += unit.toNanos(time) - 1;
      if (beats-- > 0) {
        liveness.beat();
      }
      now += 1;
      throw new TimeoutException();
    }
  }

  @Test
  void shouldWaitAsLongAsItGoesOn() {
    assertThrows(TimeoutException.class, () -> liveness.await(new Transfer(1000), MOST));
    assertEquals(1001 * MOST.toNanos() - 1000, now);
  }

  @Test
  void shouldGiveUpWhatNeverGoesOn() {
    assertThrows(TimeoutException.class, () -> liveness.await(new Transfer(0), MOST));
    assertEquals(MOST.toNanos(), now);
  }

  @Test
  void shouldReturnWhatHasEndedAlready() throws Exception {
    now = 2 * MOST.toNanos();
    assertEquals("x", liveness.await(CompletableFuture.completedFuture("x"), MOST));
  }
}
