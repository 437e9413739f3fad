package dev.yamabiko.coordinator.shared;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LeaseWatchTest {

  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  /** Of a machine whose clock counts from anywhere, also over the end of the numbers. */
  private static final long START = Long.MAX_VALUE - 5 * SECOND;

  private final LeaseWatch watch = new LeaseWatch(Duration.ofSeconds(8));

  @Test
  void shouldTakeWhatNobodyHoldsAtOnce() {
    assertTrue(watch.hasExpired(LeaseRecord.FREE, START));
    assertTrue(watch.hasExpired(new LeaseRecord("", 17), START));
  }

  @Test
  void shouldGiveAHolderItsTimeFromTheFirstLookOn() {
    LeaseRecord held = new LeaseRecord("a", 3);
    assertFalse(watch.hasExpired(held, START));
    assertFalse(watch.hasExpired(held, START + 8 * SECOND - 1));
    assertTrue(watch.hasExpired(held, START + 8 * SECOND));
  }

  @Test
  void shouldGiveItAllItsTimeAgainWithEachRenewal() {
    for (int i = 0; i < 20; i++) {
      assertFalse(watch.hasExpired(new LeaseRecord("a", i), START + 7 * i * SECOND));
    }
    assertTrue(watch.hasExpired(new LeaseRecord("a", 19), START + (7 * 19 + 8) * SECOND));
  }

  @Test
  void shouldGiveANewHolderAllItsTime() {
    assertFalse(watch.hasExpired(new LeaseRecord("a", 3), START));
    assertFalse(watch.hasExpired(new LeaseRecord("b", 3), START + 8 * SECOND));
    assertTrue(watch.hasExpired(new LeaseRecord("b", 3), START + 16 * SECOND));
  }
}
