package dev.yamabiko.benchmarks.compare;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class TrialTest {

  @Test
  void shouldCountStepsAfterTheWarmUp() {
    Trial trial = new Trial(Cell.parse("mlp-32-1"), 0, 0);
    float loss = 2;
    while (trial.goesOnAfter(loss)) {
      loss *= 0.9f;
    }
    assertTrue(
        trial.result().matches("result \\d+\\.\\d \\S+ 1\\.9000 [01]\\.\\d{4} \\d+ \\d+\\.\\d"));
  }

  @Test
  void shouldRefuseAStepThatDoesNotLearn() {
    Trial trial = new Trial(Cell.parse("mlp-32-1"), 0, 0);
    while (trial.goesOnAfter(2)) {}
    assertThrows(IllegalStateException.class, trial::result);
  }

  @Test
  void shouldRefuseALossThatIsNoNumber() {
    Trial trial = new Trial(Cell.parse("mlp-32-1"), 0, 0);
    boolean goesOn = trial.goesOnAfter(2);
    while (goesOn) {
      goesOn = trial.goesOnAfter(Float.NaN);
    }
    assertThrows(IllegalStateException.class, trial::result);
  }

  @Test
  void shouldRefuseATrialThatEndedByItself() {
    Trial trial = new Trial(Cell.parse("mlp-32-1"), 100, 100);
    assertTrue(trial.goesOnAfter(2));
    assertThrows(IllegalStateException.class, trial::result);
  }
}
