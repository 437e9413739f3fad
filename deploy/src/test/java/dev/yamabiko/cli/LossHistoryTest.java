package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.protocol.RunEvent;
import dev.yamabiko.step.Statistics;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LossHistoryTest {

  private static RunEvent step(long step, double loss) {
    return new RunEvent.StepClosed(step, 0, new Statistics(2, 2 * loss, 0, 0), 0.1f, Double.NaN);
  }

  @Test
  void shouldKeepEveryStepOfAShortRun() {
    LossHistory history = new LossHistory(4);
    history.onEvent(step(0, 3));
    history.onEvent(step(1, 2));
    assertEquals(
        List.of(new LossHistory.Point(0.125, 3), new LossHistory.Point(0.375, 2)), history.train());
  }

  @Test
  void shouldKeepMeansOfALongRun() {
    int steps = 100_000;
    LossHistory history = new LossHistory(steps);
    for (int step = 0; step < steps; step++) {
      history.onEvent(step(step, 2.0 * step / steps));
    }
    List<LossHistory.Point> points = history.train();
    assertTrue(points.size() > 500 && points.size() <= 1024, points.size() + " points");
    for (LossHistory.Point point : points.subList(0, points.size() - 1)) {
      assertEquals(2 * point.epoch(), point.loss(), 1e-4);
    }
  }

  @Test
  void shouldPlaceValidationAtTheEpochsEnd() {
    LossHistory history = new LossHistory(4);
    Statistics train = new Statistics(1, 1, 0, 0);
    history.onEvent(new RunEvent.EpochClosed(0, 4, train, Optional.empty()));
    history.onEvent(new RunEvent.EpochClosed(1, 8, train, Optional.of(new Statistics(2, 3, 0, 0))));
    assertEquals(List.of(new LossHistory.Point(2, 1.5)), history.validation());
  }
}
