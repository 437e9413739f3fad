package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.coordinator.Standstill.Where;
import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.RunMessage.ShardsMissing;
import java.util.List;
import org.junit.jupiter.api.Test;

class StandstillTest {

  private final Standstill standstill = new Standstill(2, 5);

  private void answer(int slice, long step, Integer... missing) {
    standstill.accept(new ShardsMissing(new RunKey("run", 1), step, slice, List.of(missing)));
  }

  @Test
  void shouldWaitForAllSlices() {
    answer(1, 5, 0);
    answer(1, 5, 0);
    assertFalse(standstill.isKnown());
    answer(0, 5, 0);
    assertTrue(standstill.isKnown());
  }

  @Test
  void shouldStopBeforeAStepThatAllSlicesLackShardsOf() {
    answer(0, 5, 0, 1);
    answer(1, 5, 1);
    assertEquals(Where.BEFORE, standstill.where(5));
  }

  @Test
  void shouldStopAfterAStepThatClosesByItself() {
    answer(0, 6, 0, 1);
    answer(1, 5);
    assertEquals(Where.AFTER, standstill.where(5));
  }

  @Test
  void shouldBeStuckWhereSlicesAreOnBothSides() {
    answer(0, 6, 0, 1);
    answer(1, 5, 1);
    assertEquals(Where.BETWEEN, standstill.where(5));
  }

  @Test
  void shouldBeStuckWhereOneSliceHasAllOfTheStep() {
    answer(0, 5);
    answer(1, 5, 1);
    assertEquals(Where.BETWEEN, standstill.where(5));
  }

  @Test
  void shouldStopAfterAStepThatHasClosedSince() {
    answer(0, 5, 0);
    answer(1, 5, 1);
    assertEquals(Where.AFTER, standstill.where(6));
  }
}
