package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SampleRateTest {

  private static final long SECOND = 1_000_000_000L;

  private final SampleRate rate = new SampleRate();

  @Test
  void shouldBeUnknownBeforeTimePasses() {
    assertTrue(Double.isNaN(rate.perSecond()));
    rate.at(5, 0);
    assertTrue(Double.isNaN(rate.perSecond()));
  }

  @Test
  void shouldMeasureFromTheFirstMarkToTheLast() {
    rate.at(0, 0);
    rate.at(SECOND, 50);
    rate.at(2 * SECOND + 1, 300);
    assertEquals(150, rate.perSecond(), 1e-3);
  }

  @Test
  void shouldForgetASlowStart() {
    rate.at(0, 0);
    for (int second = 1; second <= 60; second++) {
      rate.at(second * SECOND, second <= 20 ? second : 1000L * (second - 20));
    }
    assertEquals(1000, rate.perSecond(), 1e-9);
  }
}
