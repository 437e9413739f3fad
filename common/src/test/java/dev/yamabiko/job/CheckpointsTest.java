package dev.yamabiko.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.step.StepPlan;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CheckpointsTest {

  private static StepPlan plan(int stepsPerEpoch) {
    return new StepPlan(stepsPerEpoch, 1, 1, 50);
  }

  /** Steps of an epoch, and after how many a checkpoint is due where the job does not say. */
  @ParameterizedTest
  @CsvSource({
    "1, 100",
    "33, 132",
    "94, 188",
    "99, 198",
    "100, 100",
    "101, 101",
    "1000, 1000",
    "1001, 1000",
    "2000000000, 1000"
  })
  void shouldBeDueAtEpochsEndsThatAreNeitherTooCloseNorTooFar(int epoch, long every) {
    assertEquals(every, Checkpoints.DEFAULT.every(plan(epoch)));
    assertEquals(every, Checkpoints.DEFAULT.nextAfter(0, plan(epoch)));
    assertEquals(2 * every, Checkpoints.DEFAULT.nextAfter(every, plan(epoch)));
    assertTrue(Checkpoints.DEFAULT.isDue(every, plan(epoch)));
    assertFalse(Checkpoints.DEFAULT.isDue(every - 1, plan(epoch)));
  }

  @Test
  void shouldBeDueWhenTheJobSays() {
    Checkpoints seven = new Checkpoints(OptionalLong.of(7), 3);
    assertEquals(14, seven.nextAfter(7, plan(10)));
    assertTrue(seven.isDue(21, plan(10)));
    assertFalse(seven.isDue(20, plan(10)));
  }
}
