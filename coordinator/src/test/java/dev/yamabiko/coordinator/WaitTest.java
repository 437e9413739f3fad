package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class WaitTest {

  private final Wait wait = new Wait("echoes", Duration.ofMinutes(10), List.of("b", "a"));

  @Test
  void shouldBeOverWhenBothHalvesHavePassed() {
    assertEquals(Duration.ofMinutes(5), wait.half());
    assertFalse(wait.passHalf());
    assertTrue(wait.passHalf());
  }

  @Test
  void shouldCountEachAnswerOnce() {
    assertTrue(wait.answered("a"));
    assertFalse(wait.answered("a"));
    assertFalse(wait.answered("c"));
    assertFalse(wait.isAnswered());
    assertTrue(wait.answered("b"));
    assertTrue(wait.isAnswered());
  }

  @Test
  void shouldNameThoseWhoAreSilent() {
    wait.answered("a");
    wait.silent(List.of("d", "b"));
    assertEquals("waited too long for echoes; nothing came from b, d", wait.overdue());
  }

  @Test
  void shouldKnowThatNobodyIsSilentWhenWhatWasMissingHasCome() {
    Wait step = new Wait("step 3 to close", Duration.ofMinutes(1), List.of());
    assertTrue(step.isNobodySilent());
    step.silent(List.of("a"));
    assertFalse(step.isNobodySilent());
    step.silent(List.of());
    assertTrue(step.isNobodySilent());
    assertEquals("waited too long for step 3 to close", step.overdue());
    assertFalse(wait.isNobodySilent());
  }

  @Test
  void shouldNameNobodyWhenNobodyIsKnownToBeSilent() {
    assertEquals(
        "waited too long for rain", new Wait("rain", Duration.ofMinutes(1), List.of()).overdue());
  }
}
