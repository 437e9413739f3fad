package dev.yamabiko.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.WorkerMessage.ComputeBlocks;
import dev.yamabiko.protocol.WorkerMessage.TakeLease;
import dev.yamabiko.step.Block;
import java.util.List;
import org.junit.jupiter.api.Test;

class LeasesTest {

  private static final RunKey KEY = new RunKey("run", 1);
  private static final Block LOW = new Block(0, 2);
  private static final Block HIGH = new Block(2, 4);
  private static final Block ALL = new Block(0, 4);

  private final Leases leases = new Leases();

  private void take(long number, long from, long until, Block... blocks) {
    leases.take(new TakeLease(KEY, number, List.of(blocks), from, until));
  }

  private void askAgain(long step, Block... blocks) {
    leases.add(new ComputeBlocks(KEY, step, List.of(blocks)));
  }

  @Test
  void shouldGiveWhatALaterLeaseAddsToAStep() {
    take(1, 0, 5, LOW);
    assertEquals(List.of(LOW), leases.next(3));
    take(2, 3, 5, ALL);
    assertEquals(List.of(HIGH), leases.next(3));
    assertEquals(List.of(), leases.next(3));
    assertEquals(List.of(ALL), leases.next(4));
  }

  @Test
  void shouldGiveWhatIsAskedForAgainEvenIfItWasComputed() {
    take(1, 0, 5, LOW);
    assertEquals(List.of(LOW), leases.next(0));
    leases.ended();
    askAgain(0, LOW);
    assertEquals(List.of(LOW), leases.next(0));
    assertEquals(List.of(), leases.next(0));
  }

  @Test
  void shouldNotGiveOnceMoreWhatIsBeingComputedOrAskedForAlready() {
    take(1, 0, 5, LOW);
    leases.next(0);
    askAgain(0, LOW, HIGH);
    askAgain(0, HIGH);
    assertEquals(List.of(HIGH), leases.next(0));
    assertEquals(List.of(), leases.next(0));
  }

  @Test
  void shouldNotGiveByALeaseWhatItWasAskedForBefore() {
    askAgain(3, LOW);
    assertEquals(List.of(LOW), leases.next(3));
    take(1, 3, 5, ALL);
    assertEquals(List.of(HIGH), leases.next(3));
  }

  @Test
  void shouldNotGoBackToAStepBeforeTheOneThatItWasAskedFor() {
    take(1, 0, 5, ALL);
    askAgain(3, LOW);
    assertEquals(List.of(LOW), leases.next(3));
    assertEquals(List.of(), leases.next(2));
  }

  @Test
  void shouldSayThatAStepHasBegunThatItWasOnlyAskedFor() {
    take(1, 0, 1, ALL);
    leases.next(0);
    askAgain(1, LOW);
    leases.next(1);
    assertTrue(leases.pause(2));
    assertEquals(2, leases.nextStep());
  }

  @Test
  void shouldBeginNoStepThatItWasAskedForBeforeThePause() {
    take(1, 0, 5, LOW);
    leases.next(0);
    askAgain(1, HIGH);
    assertTrue(leases.pause(2));
    assertEquals(1, leases.nextStep());
    assertEquals(List.of(), leases.next(1));
  }

  @Test
  void shouldStillGiveWhatIsAskedForOfAStepThatHasBegunOrAfterThePause() {
    take(1, 0, 5, LOW);
    leases.next(0);
    askAgain(0, HIGH);
    assertTrue(leases.pause(2));
    assertEquals(List.of(HIGH), leases.next(0));
    // Its new lease may be lost; what is late then, it is asked for.
    askAgain(1, ALL);
    assertEquals(List.of(ALL), leases.next(1));
  }

  @Test
  void shouldPayNoHeedToAPauseBeforeTheLease() {
    take(3, 0, 5, LOW);
    assertFalse(leases.pause(2));
    assertEquals(List.of(LOW), leases.next(0));
  }
}
