package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SliceReturnsTest {

  private final SliceReturns returns = new SliceReturns();

  private void returnThrice(long step) {
    for (int i = 0; i < 3; i++) {
      assertTrue(returns.isAllowedTo(step));
      assertFalse(returns.isStuckAt(step));
    }
  }

  @Test
  void shouldBeStuckAfterThreeReturnsUntilTheCheckpointIsPassed() {
    returnThrice(0);
    assertFalse(returns.isAllowedTo(0));
    assertTrue(returns.isStuckAt(0));
    assertFalse(returns.isStuckAt(30));
    assertFalse(returns.isAllowedTo(0));
  }

  @Test
  void shouldCountAnewWhenALaterCheckpointHasBeenTaken() {
    returnThrice(30);
    returnThrice(60);
    assertFalse(returns.isAllowedTo(60));
  }

  @Test
  void shouldCountAnewWhenTheRunGoesBackBeforeTheyAreStuck() {
    returnThrice(60);
    returnThrice(30);
    assertFalse(returns.isAllowedTo(30));
    assertTrue(returns.isStuckAt(30));
    assertFalse(returns.isStuckAt(45));
  }

  /** A run that diverges goes further back, and is not past the checkpoint for that. */
  @Test
  void shouldStayStuckWhenTheRunGoesFurtherBack() {
    returnThrice(60);
    assertFalse(returns.isAllowedTo(60));
    assertTrue(returns.isStuckAt(30));
    assertFalse(returns.isAllowedTo(30));
  }
}
