package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.RunMessage;
import dev.yamabiko.step.Block;
import dev.yamabiko.step.StepPlan;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LateRoundTest {

  private static final RunKey KEY = new RunKey("run", 1);

  private static final StepPlan PLAN = new StepPlan(8 * 16 + 3, 16, 8, 1);

  private final Attendance workers = AttendanceTest.ready("a", "b");
  private final Division division = new Division(workers, 8);
  private final LateRound round = new LateRound(workers, division, PLAN);

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
    round.ask(2, 7);
    round.accept(missing(0, 0, 1, 2, 3, 4, 5, 6, 7), 7);
    round.next();
    round.next();
    Set<Integer> all = round.accept(missing(1, 1, 2, 3, 5), 7).orElseThrow();
    LateRound.Reissue reissue = round.reissue(all).orElseThrow();
    assertEquals(List.of("a", "b"), reissue.holders());
    assertEquals(List.of(), reissue.suspects());
    assertEquals(
        Map.of(
            "a", List.of(new Block(0, 1), new Block(1, 2), new Block(2, 4)),
            "b", List.of(new Block(4, 5), new Block(5, 6), new Block(6, 8))),
        reissue.again());
    assertFalse(division.hasOrphans());
  }

  /** A slice that has a part of a block refuses it as a whole; here one of two has. */
  @Test
  void shouldAskForThePartsOfAnAdoptedBlockThatNoSliceRefuses() {
    adopt(missing(0, 4, 5, 6, 7), missing(1, 5, 6, 7));
    List<Block> parts = List.of(new Block(4, 5), new Block(5, 6), new Block(6, 8));
    assertEquals(Map.of("a", parts), round.apart(List.of(4, 5, 6, 7)));
  }

  @Test
  void shouldAskForNothingApartWhenAdoptedBlocksAreMissingAsAWhole() {
    adopt(missing(0, 4, 5, 6, 7), missing(1));
    assertEquals(Map.of(), round.apart(List.of(4, 5, 6, 7)));
  }

  @Test
  void shouldNotTakeEmptyShardsForThere() {
    // The last batch of 3 examples in 8 shards: shards 2, 5 and 7 hold one each.
    round.ask(1, 8);
    round.accept(new RunMessage.ShardsMissing(KEY, 8, 0, List.of(5, 7)), 8);
    assertEquals(Map.of(), round.apart(List.of(5, 7)));
  }

  private void adopt(RunMessage.ShardsMissing first, RunMessage.ShardsMissing second) {
    round.ask(2, 7);
    round.accept(first, 7);
    round.next();
    round.reissue(round.accept(second, 7).orElseThrow());
    division.handOut();
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

  private static RunMessage.ShardsMissing missing(int slice, Integer... shards) {
    return new RunMessage.ShardsMissing(KEY, 7, slice, List.of(shards));
  }
}
