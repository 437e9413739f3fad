package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.WorkerMessage;
import dev.yamabiko.step.Block;
import java.util.List;
import org.junit.jupiter.api.Test;

class DivisionTest {

  private static final RunKey KEY = new RunKey("run", 1);

  private final Attendance workers = AttendanceTest.ready("b", "a", "c");
  private final Division division = new Division(workers, 8);

  @Test
  void shouldDivideShardsInTheOrderOfWorkers() {
    division.handOut();
    division.renew();
    assertEquals(
        new WorkerMessage.TakeLease(KEY, 1, List.of(new Block(0, 2)), 3, 7),
        division.lease("b", KEY, 3, 7));
    assertEquals(List.of(new Block(2, 4), new Block(4, 5)), division.blocks("a"));
    assertEquals(List.of(new Block(5, 6), new Block(6, 8)), division.blocks("c"));
  }

  @Test
  void shouldNumberLeasesUpwards() {
    division.renew();
    division.renew();
    assertEquals(2, division.lease());
    assertEquals(2, division.lease("a", KEY, 0, 1).lease());
  }

  @Test
  void shouldLetOthersAdoptTheBlocksOfALostWorker() {
    Attendance four = AttendanceTest.ready("a", "b", "c", "d");
    Division lost = new Division(four, 8);
    lost.handOut();
    four.remove("b");
    lost.orphan("b");
    assertTrue(lost.hasOrphans());
    lost.handOut();
    assertFalse(lost.hasOrphans());
    assertEquals(List.of(new Block(0, 2), new Block(2, 3)), lost.blocks("a"));
    assertEquals(List.of(new Block(4, 6), new Block(3, 4)), lost.blocks("c"));
    assertEquals(List.of(new Block(6, 8)), lost.blocks("d"));
  }

  @Test
  void shouldGiveNothingToALateWorkerUntilItIsHeardOf() {
    Attendance two = AttendanceTest.ready("a", "b");
    Division late = new Division(two, 8);
    late.handOut();
    two.suspend("a");
    late.orphan("a");
    late.handOut();
    assertEquals(List.of(new Block(4, 8), new Block(0, 4)), late.blocks("b"));
    late.clear();
    late.handOut();
    assertEquals(List.of(), late.blocks("a"));
    assertEquals(List.of(new Block(0, 8)), late.blocks("b"));
    two.heardOf("a");
    late.clear();
    late.handOut();
    assertEquals(List.of(new Block(0, 4)), late.blocks("a"));
  }

  @Test
  void shouldHoldNothingWhenCleared() {
    division.handOut();
    division.orphan("a");
    division.clear();
    assertFalse(division.hasOrphans());
    assertEquals(List.of(), division.blocks("b"));
  }

  @Test
  void shouldFollowMeasuredSpeeds() {
    workers.measured("b", 400, 1_000_000_000L);
    workers.measured("a", 100, 1_000_000_000L);
    workers.measured("c", 100, 1_000_000_000L);
    Division twelve = new Division(workers, 12);
    twelve.handOut();
    assertEquals(List.of(new Block(0, 8)), twelve.blocks("b"));
    assertEquals(List.of(new Block(8, 10)), twelve.blocks("a"));
    assertEquals(List.of(new Block(10, 12)), twelve.blocks("c"));
  }

  /** Its first lease was slow: its kernels were cold. */
  @Test
  void shouldTryAWorkerAgainThatWasTooSlowForAnyShard() {
    Attendance two = AttendanceTest.ready("a", "b");
    Division retried = new Division(two, 8);
    two.measured("a", 1000, 1_000_000_000L);
    two.measured("b", 20, 1_000_000_000L);
    retried.handOut();
    assertEquals(List.of(), retried.blocks("b"));
    int leases = 1;
    while (retried.blocks("b").isEmpty() && leases < 10) {
      retried.clear();
      retried.handOut();
      leases++;
    }
    assertEquals(4, leases);
    assertEquals(List.of(new Block(7, 8)), retried.blocks("b"), "as few as can be");
    two.measured("b", 1000, 1_000_000_000L);
    retried.clear();
    retried.handOut();
    assertEquals(List.of(new Block(4, 8)), retried.blocks("b"));
  }

  @Test
  void shouldPlanAnewOnlyWhenSpeedsOrWorkersHaveChanged() {
    division.handOut();
    List<Block> before = division.blocks("a");
    division.clear();
    division.handOut();
    assertSame(before, division.blocks("a"));
    workers.suspend("b");
    division.clear();
    division.handOut();
    assertEquals(List.of(new Block(0, 4)), division.blocks("a"));
    workers.heardOf("b");
    division.clear();
    division.handOut();
    assertEquals(before, division.blocks("a"));
  }

  @Test
  void shouldKeepForOneMoreLeaseWhatWouldBeDividedAlike() {
    assertFalse(division.keep());
    division.handOut();
    assertTrue(division.keep());
    workers.suspend("b");
    assertFalse(division.keep(), "fewer workers");
    workers.heardOf("b");
    assertTrue(division.keep());
    division.orphan("b");
    assertFalse(division.keep(), "nobody holds b's");
    division.handOut();
    assertFalse(division.keep(), "b holds nothing");
    workers.measured("a", 400, 1_000_000_000L);
    workers.measured("b", 100, 1_000_000_000L);
    division.clear();
    division.handOut();
    assertTrue(division.keep());
    workers.measured("a", 10, 1_000_000_000L);
    assertFalse(division.keep(), "other speeds");
  }

  @Test
  void shouldNameThoseWhoHoldAnyOfTheShards() {
    division.handOut();
    assertEquals(List.of("b", "c"), division.holdersOf(List.of(1, 5, 7)));
    assertEquals(List.of(), division.holdersOf(List.of()));
  }
}
