package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class PauseTest {

  private final Pause pause = new Pause(3, 7);

  @Test
  void shouldFinishTheLastStepThatAnybodyBegan() {
    pause.paused(7);
    pause.paused(9);
    pause.paused(8);
    assertEquals(9, pause.until(7));
  }

  @Test
  void shouldNotGoBackWhenStepsHaveClosedSince() {
    pause.paused(8);
    assertEquals(10, pause.until(10));
  }

  @Test
  void shouldKnowItsOwnAnswers() {
    assertTrue(pause.isOf(3));
    assertFalse(pause.isOf(2));
  }
}
