package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.RunMessage;
import dev.yamabiko.step.Block;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LateRoundTest {

  private static final RunKey KEY = new RunKey("run", 1);

  private final Attendance workers = AttendanceTest.ready("a", "b");
  private final Division division = new Division(workers, 8);
  private final LateRound round = new LateRound(workers, division);

  @BeforeEach
  void divide() {
    division.handOut();
    round.begin();
  }

  @Test
  void shouldTakeTheShardsFromALateWorkerWhenOthersAreInTime() {
    round.next();
    LateRound.Reissue reissue = round.reissue(Set.of(5, 6)).orElseThrow();
    assertEquals(new LateRound.Reissue(List.of("b"), List.of("b"), Map.of()), reissue);
    assertEquals(List.of("b"), workers.late());
    assertTrue(division.hasOrphans());
  }

  @Test
  void shouldLeaveAllAsItIsWhenAllAreSlowForTheFirstTime() {
    round.next();
    assertEquals(Optional.empty(), round.reissue(Set.of(1, 5)));
    assertEquals(List.of(), workers.late());
  }

  @Test
  void shouldHaveAllComputeAgainWhenTheyAreLateASecondTime() {
    round.next();
    round.next();
    LateRound.Reissue reissue = round.reissue(List.of(1, 2, 5)).orElseThrow();
    assertEquals(List.of("a", "b"), reissue.holders());
    assertEquals(List.of(), reissue.suspects());
    assertEquals(
        Map.of(
            "a", List.of(new Block(1, 2), new Block(2, 3)),
            "b", List.of(new Block(5, 6))),
        reissue.again());
    assertFalse(division.hasOrphans());
  }

  @Test
  void shouldLeaveAllAsItIsWhenNothingIsMissing() {
    round.next();
    assertEquals(Optional.empty(), round.reissue(Set.of()));
  }

  @Test
  void shouldForgetThatSomethingWasLateWhenTheNextStepIsOpen() {
    assertFalse(round.isAnyLate());
    round.next();
    assertTrue(round.isAnyLate());
    round.begin();
    assertFalse(round.isAnyLate());
  }

  @Test
  void shouldKnowWhatIsMissingWhenAllSlicesHaveAnswered() {
    round.ask(2, 7);
    assertEquals(Optional.empty(), round.accept(missing(0, 3), 7));
    assertEquals(Optional.of(Set.of(3, 4)), round.accept(missing(1, 4), 7));
  }

  @Test
  void shouldNotBlameAnybodyWhenTheStepHasClosedSince() {
    round.ask(1, 7);
    assertEquals(Optional.empty(), round.accept(missing(0, 3), 8));
  }

  private static RunMessage.ShardsMissing missing(int slice, int shard) {
    return new RunMessage.ShardsMissing(KEY, 7, slice, List.of(shard));
  }
}
