package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import akka.actor.testkit.typed.javadsl.TestInbox;
import dev.yamabiko.protocol.WorkerMessage;
import java.util.List;
import org.junit.jupiter.api.Test;

class AttendanceTest {

  private static final long SECOND = 1_000_000_000L;

  /** Workers that have got ready. */
  static Attendance ready(String... names) {
    Attendance workers = new Attendance();
    for (String name : names) {
      workers.invite(name, TestInbox.<WorkerMessage>create().getRef());
      workers.ready(name);
    }
    return workers;
  }

  private final Attendance workers = ready("b", "a");

  @Test
  void shouldNameWorkersInTheOrderInWhichTheyCame() {
    assertEquals(List.of("b", "a"), workers.names());
    assertEquals(List.of("b", "a"), workers.available());
  }

  @Test
  void shouldCountAWorkerOnceItIsReady() {
    workers.invite("c", TestInbox.<WorkerMessage>create().getRef());
    assertEquals(List.of("c"), workers.invited());
    assertEquals(2, workers.size());
    assertTrue(workers.ready("c"));
    assertFalse(workers.ready("c"), "it is known already");
    assertFalse(workers.ready("d"), "it was not invited");
    assertEquals(3, workers.size());
  }

  @Test
  void shouldHaveAllGetReadyAgainForOtherWeights() {
    workers.begin();
    assertEquals(List.of("b", "a"), workers.invited());
    assertEquals(List.of(), workers.available());
    assertTrue(workers.ready("a"));
  }

  @Test
  void shouldNotAskALateWorkerUntilItIsHeardOf() {
    workers.suspend("b");
    assertEquals(List.of("a"), workers.available());
    assertEquals(List.of("b"), workers.late());
    assertEquals(2, workers.connected().size(), "it may only be slow");
    workers.heardOf("b");
    assertEquals(List.of("b", "a"), workers.available());
    assertEquals(List.of(), workers.late());
  }

  @Test
  void shouldPardonAWorkerThatIsLateAgainOnlyAfterALease() {
    workers.suspend("b");
    workers.heardOf("b");
    workers.suspend("b");
    workers.heardOf("b");
    assertEquals(List.of("a"), workers.available());
    workers.leaseBegins(1);
    assertEquals(List.of("b", "a"), workers.available());
  }

  @Test
  void shouldPardonAtOnceWhenAWorkerHasFinishedALease() {
    workers.suspend("b");
    workers.heardOf("b");
    workers.measured("b", 1, SECOND);
    workers.suspend("b");
    workers.heardOf("b");
    assertEquals(List.of("b", "a"), workers.available());
  }

  @Test
  void shouldAskTheUnpardonedWhenNobodyElseIsThere() {
    workers.remove("a");
    workers.suspend("b");
    workers.heardOf("b");
    workers.suspend("b");
    workers.heardOf("b");
    assertEquals(List.of("b"), workers.available());
    assertFalse(workers.hasOthersThan("b"));
  }

  @Test
  void shouldNotAskADisconnectedWorkerAlthoughItIsHeardOf() {
    workers.disconnected("b");
    workers.heardOf("b");
    assertEquals(List.of("a"), workers.available());
    assertEquals(1, workers.connected().size());
    assertEquals(2, workers.size());
    workers.connected("b");
    assertEquals(List.of("b", "a"), workers.available());
  }

  @Test
  void shouldRememberALostConnectionWhileItGetsReadyAgain() {
    workers.disconnected("b");
    workers.begin();
    workers.ready("b");
    workers.ready("a");
    assertEquals(List.of("a"), workers.available());
    workers.connected("b");
    assertEquals(List.of("b", "a"), workers.available());
  }

  @Test
  void shouldTakeSpeedsForEqualUntilAllAreKnown() {
    workers.measured("b", 400, SECOND);
    assertArrayEquals(new double[] {1, 1}, workers.speeds(workers.names()));
    workers.measured("a", 100, SECOND);
    assertArrayEquals(new double[] {400, 100}, workers.speeds(workers.names()));
  }

  @Test
  void shouldTakeTheMeanForASpeedThatIsNotKnown() {
    workers.invite("c", TestInbox.<WorkerMessage>create().getRef());
    workers.measured("b", 400, SECOND);
    workers.measured("a", 100, SECOND);
    assertArrayEquals(new double[] {400, 100, 250}, workers.speeds(workers.names()));
  }

  private double speedOfA() {
    return workers.speeds(List.of("b", "a"))[1];
  }

  @Test
  void shouldTakeAnIdleWorkerForFasterUpToTheMean() {
    workers.measured("b", 1000, SECOND);
    workers.measured("a", 200, SECOND);
    workers.passedOver("a");
    assertEquals(400, speedOfA());
    workers.passedOver("a");
    assertEquals(700, speedOfA());
    workers.passedOver("a");
    assertTrue(speedOfA() < 1000, "no faster than the others");
  }

  @Test
  void shouldForgetWhatItAssumedWhenAWorkerIsMeasured() {
    workers.measured("b", 1000, SECOND);
    workers.measured("a", 10, SECOND);
    workers.passedOver("a");
    workers.measured("a", 500, SECOND);
    assertEquals(500, speedOfA());
  }

  /**
   * In how many leases a worker of this speed beside one of 1000 has no shard before it has one.
   */
  private int idleLeases(double speed) {
    workers.measured("a", (long) speed, SECOND);
    int leases = 0;
    while (speedOfA() < 125) {
      workers.passedOver("a");
      leases++;
    }
    workers.chosen("a");
    return leases;
  }

  @Test
  void shouldTryASlowWorkerAgainAfterEverMoreLeases() {
    workers.measured("b", 1000, SECOND);
    assertEquals(4, idleLeases(10));
    assertEquals(8, idleLeases(10));
    assertEquals(15, idleLeases(10));
    workers.measured("a", 500, SECOND);
    workers.chosen("a");
    for (int i = 0; i < 10; i++) {
      workers.measured("a", 10, SECOND);
    }
    assertEquals(4, idleLeases(10));
  }

  @Test
  void shouldTakeHardlyDifferentSpeedsForEqual() {
    workers.measured("b", 120, SECOND);
    workers.measured("a", 100, SECOND);
    assertArrayEquals(new double[] {1, 1}, workers.speeds(workers.names()));
  }

  @Test
  void shouldHalveTheSpeedOfALateWorker() {
    workers.measured("b", 100, SECOND);
    workers.measured("a", 100, SECOND);
    workers.suspend("b");
    assertArrayEquals(new double[] {50, 100}, workers.speeds(workers.names()));
  }
}
