package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.job.Rollback;
import dev.yamabiko.model.Checkpoint;
import dev.yamabiko.model.Checkpoint.Position;
import dev.yamabiko.model.Checkpoint.Turn;
import dev.yamabiko.model.Checkpoint.WayBack;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RollbacksTest {

  private static final int EVERY = 4;
  private static final Checkpoint START = checkpoint(0, 0, WayBack.START);

  /** A run that takes steps and checkpoints, and diverges when it is told to. */
  private static final class Run {
    private final int atMost;
    private Rollbacks rollbacks;
    private Checkpoint newest = START;
    private long step;
    private int count;

    Run(int atMost) {
      this.atMost = atMost;
      rollbacks = new Rollbacks(Optional.of(new Rollback(0.5, atMost)), START);
    }

    /** Takes all steps before this one. */
    Run until(long end) {
      while (step < end) {
        step++;
        if (step % EVERY == 0) {
          newest = rollbacks.hold(checkpoint(step, count, WayBack.NONE), true);
        }
      }
      return this;
    }

    /** All steps before this one closed, then it diverged: where to. */
    long divergeIn(long diverging) {
      until(diverging);
      Checkpoint to = rollbacks.back(diverging, count).orElseThrow();
      step = to.position().step();
      count++;
      return step;
    }

    /** Interrupted here, and resumed from what is on the disk. */
    Run resume() {
      newest = rollbacks.hold(checkpoint(step, count, WayBack.NONE), step % EVERY == 0);
      rollbacks = new Rollbacks(Optional.of(new Rollback(0.5, atMost)), newest);
      return this;
    }
  }

  private static Checkpoint checkpoint(long step, int rollbacks, WayBack wayBack) {
    Position position = new Position(step, 0, step, Optional.empty(), rollbacks);
    return new Checkpoint(position, new float[] {step}, new float[0][], Optional.empty(), wayBack);
  }

  private static List<Long> steps(List<Checkpoint> checkpoints) {
    return checkpoints.stream().map(c -> c.position().step()).toList();
  }

  @Test
  void shouldGoBackToTheLastDueCheckpointAtFirst() {
    assertEquals(8, new Run(3).divergeIn(11));
    assertEquals(8, new Run(3).divergeIn(8));
    assertEquals(0, new Run(3).divergeIn(3));
  }

  @Test
  void shouldGoOneFurtherBackEachTimeThatTheRunDoesNotGetPast() {
    Run run = new Run(4);
    assertEquals(8, run.divergeIn(9));
    assertEquals(4, run.divergeIn(9));
    // The checkpoint at step 8 has been taken anew, but its successor has not been survived.
    assertEquals(0, run.divergeIn(8));
    assertEquals(0, run.divergeIn(7), "the beginning has none before it");
  }

  @Test
  void shouldStartAgainWithTheLastDueCheckpointOnceTheRunHasGotPast() {
    Run run = new Run(4);
    assertEquals(8, run.divergeIn(9));
    assertEquals(4, run.divergeIn(9));
    assertEquals(8, run.divergeIn(10));
    assertEquals(4, run.divergeIn(10));
  }

  @Test
  void shouldRefuseWhenAllAreSpent() {
    Run run = new Run(2);
    run.divergeIn(9);
    run.divergeIn(9);
    assertTrue(run.rollbacks.back(9, 2).isEmpty());
  }

  @Test
  void shouldNeverGoBackWhenTheJobStopsOnDivergence() {
    Rollbacks none = new Rollbacks(Optional.empty(), checkpoint(0, 0, WayBack.NONE));
    assertEquals(WayBack.NONE, none.hold(checkpoint(4, 0, WayBack.NONE), true).wayBack());
    assertTrue(none.back(5, 0).isEmpty());
  }

  @Test
  void shouldHoldOnlyWhatRollbacksThatAreLeftCanReach() {
    Run run = new Run(3).until(41);
    assertEquals(List.of(32L, 36L), steps(run.newest.wayBack().earlier()));
    assertTrue(run.newest.wayBack().here());
    assertEquals(40, run.divergeIn(41));
    assertEquals(36, run.divergeIn(41));
    run.until(41);
    assertEquals(List.of(32L, 36L), steps(run.newest.wayBack().earlier()));
    run.until(45);
    assertEquals(List.of(), run.newest.wayBack().earlier(), "one is left, for the last place");
    assertTrue(run.newest.wayBack().here());
    run.divergeIn(45);
    run.until(49);
    assertEquals(WayBack.NONE, run.newest.wayBack());
  }

  @Test
  void shouldReplaceAPlaceThatIsTakenTwice() {
    Rollbacks rollbacks = new Rollbacks(Optional.of(new Rollback(0.5, 3)), START);
    rollbacks.hold(checkpoint(4, 0, WayBack.NONE), true);
    Checkpoint again = checkpoint(4, 0, WayBack.NONE);
    rollbacks.hold(again, true);
    Checkpoint back = rollbacks.back(5, 0).orElseThrow();
    assertSame(again.weights(), back.weights());
    assertEquals(List.of(0L), steps(back.wayBack().earlier()));
  }

  @Test
  void shouldGiveBackACheckpointAsItWasTaken() {
    Run run = new Run(4);
    run.divergeIn(9);
    run.divergeIn(9);
    run.until(8);
    Turn last = new Turn(9, 4);
    assertEquals(Optional.of(last), run.newest.wayBack().last());
    Checkpoint back = run.until(10).rollbacks.back(10, 2).orElseThrow();
    assertEquals(run.newest.position(), back.position());
    assertArrayEquals(run.newest.weights(), back.weights());
    assertEquals(run.newest.wayBack().last(), back.wayBack().last());
    assertEquals(steps(run.newest.wayBack().earlier()), steps(back.wayBack().earlier()));
  }

  @Test
  void shouldGoBackToTheSamePlacesWhereverTheRunIsInterrupted() {
    for (int seed = 0; seed < 2000; seed++) {
      Random random = new Random(seed);
      int atMost = 1 + random.nextInt(5);
      Run whole = new Run(atMost);
      Run interrupted = new Run(atMost);
      long reached = 0;
      for (int i = 0; i < atMost; i++) {
        long diverging = whole.step + random.nextInt(14);
        if (random.nextInt(3) == 0) {
          diverging = Math.max(whole.step, reached);
        }
        reached = diverging;
        long where = whole.step + random.nextInt((int) (diverging - whole.step) + 1);
        interrupted.until(where).resume();
        long to = whole.divergeIn(diverging);
        assertEquals(to, interrupted.divergeIn(diverging), "seed " + seed);
        assertTrue(whole.newest.wayBack().earlier().size() < Math.max(1, atMost), "seed " + seed);
      }
    }
  }
}
