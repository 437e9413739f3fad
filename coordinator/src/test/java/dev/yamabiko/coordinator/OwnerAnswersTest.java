package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.protocol.SliceRange;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OwnerAnswersTest {

  private final OwnerAnswers answers = new OwnerAnswers();

  @BeforeEach
  void own() {
    answers.own("p", new SliceRange(0, 2, 3));
    answers.own("q", new SliceRange(2, 3, 3));
  }

  /** A worker and a parameters node may have the same name. */
  @Test
  void shouldAwaitOwnersUnderNamesThatNoWorkerHas() {
    Wait placing = new Wait("slices", Duration.ofMinutes(1), answers.names());
    assertFalse(placing.answered("p"));
    assertEquals(List.of("parameters node p", "parameters node q"), placing.awaited());
    assertEquals(Set.of(), answers.silent(List.of("p", "q")));
    assertTrue(placing.answered(OwnerAnswers.ownerName("q")));
    assertEquals(Set.of("p"), answers.silent(placing.awaited()));
  }

  @Test
  void shouldBlameTheOwnerOfASliceThatIsStillAwaited() {
    assertEquals(Set.of("q"), answers.silent(List.of(OwnerAnswers.sliceName(2))));
  }

  @Test
  void shouldBlameWhoeverHasNotAnsweredForAllItsSlices() {
    answers.expect();
    answers.heard(0);
    answers.heard(2);
    assertEquals(Set.of("p"), answers.silent(List.of()));
    answers.heard(1);
    assertEquals(Set.of(), answers.silent(List.of()));
  }

  @Test
  void shouldBlameNobodyWhenNoAnswerIsExpected() {
    assertEquals(Set.of(), answers.silent(List.of()));
    answers.expect();
    answers.expectNothing();
    assertEquals(Set.of(), answers.silent(List.of()));
  }

  @Test
  void shouldForgetOwnersOfTheLineageBefore() {
    answers.expect();
    answers.begin();
    answers.own("q", new SliceRange(0, 3, 3));
    assertEquals(List.of("parameters node q"), answers.names());
    assertEquals(Set.of(), answers.silent(List.of("parameters node p")));
  }
}
