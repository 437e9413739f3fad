package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.protocol.RunEvent;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class QuorumTest {

  private final Attendance workers = AttendanceTest.ready("a", "b");

  @Test
  void shouldAskForAsManyAsTheJob() {
    Quorum quorum = new Quorum(workers, 2, true);
    assertTrue(quorum.isMet());
    workers.disconnected("b");
    assertFalse(quorum.isMet());
    quorum.letAnyDo();
    assertTrue(quorum.isMet());
  }

  @Test
  void shouldNotDoWithOnlyLateWorkers() {
    Quorum quorum = new Quorum(workers, 1, true);
    workers.suspend("a");
    workers.suspend("b");
    assertFalse(quorum.isMet());
  }

  @Test
  void shouldDoWithAnyWhenNoOthersCanCome() {
    Quorum quorum = new Quorum(workers, 2, false);
    workers.remove("b");
    assertTrue(quorum.isMet());
    assertFalse(quorum.isWorthWaiting());
  }

  @Test
  void shouldSayOnceThatItWaitsAndThatItWentOn() {
    Quorum quorum = new Quorum(workers, 2, true);
    assertEquals(Optional.empty(), quorum.meet());
    workers.remove("b");
    quorum.lost("b", "was lost");
    assertEquals(
        Optional.of(
            new RunEvent.Waiting(
                "waits for workers: 1 of at least 2; worker b was lost", List.of("a"))),
        quorum.miss());
    assertTrue(quorum.isWaiting());
    assertEquals(Optional.empty(), quorum.miss());
    assertEquals(Optional.of(new RunEvent.WentOn(1)), quorum.meet());
    assertFalse(quorum.isWaiting());
  }

  @Test
  void shouldNotWaitOnlyToFinish() {
    Quorum quorum = new Quorum(workers, 2, true);
    assertTrue(quorum.isWorthWaiting());
    quorum.letAnyDo();
    assertFalse(quorum.isWorthWaiting());
  }
}
