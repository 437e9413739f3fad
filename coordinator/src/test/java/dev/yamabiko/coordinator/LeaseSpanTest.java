package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class LeaseSpanTest {

  @Test
  void shouldBeExtendedOnceWhenAQuarterIsLeft() {
    LeaseSpan span = new LeaseSpan(100, 8, 1000);
    assertEquals(108, span.until());
    assertFalse(span.isTimeToExtend(105));
    assertTrue(span.isTimeToExtend(106));
    span.extend(20);
    assertEquals(128, span.until());
    assertFalse(span.isTimeToExtend(106));
    assertTrue(span.isTimeToExtend(123));
  }

  @Test
  void shouldNotLeaseStepsBeyondTheLast() {
    LeaseSpan span = new LeaseSpan(0, 8, 10);
    assertTrue(span.isTimeToExtend(6));
    span.extend(8);
    assertEquals(10, span.until());
    for (long step = 0; step < 10; step++) {
      assertFalse(span.isTimeToExtend(step));
    }
  }

  @Test
  void shouldBeExtendedInItsLastStepWhenItIsShort() {
    assertTrue(new LeaseSpan(5, 2, 100).isTimeToExtend(6));
  }
}
