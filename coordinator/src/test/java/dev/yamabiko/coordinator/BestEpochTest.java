package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.job.Selection;
import dev.yamabiko.job.Selection.Metric;
import dev.yamabiko.model.Checkpoint;
import dev.yamabiko.model.Checkpoint.Best;
import dev.yamabiko.step.Statistics;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BestEpochTest {

  private static final Statistics TRAIN = new Statistics(4, 40, 0, 0);

  private static BestEpoch best(Metric metric, double minDelta, int patience) {
    return new BestEpoch(new Selection(metric, minDelta, OptionalInt.of(patience), true), 2);
  }

  private static Optional<Statistics> loss(double mean) {
    return Optional.of(new Statistics(4, 4 * mean, 0, 0));
  }

  /** Closes epochs of ten steps with these validation losses; returns which were the best. */
  private static List<Integer> close(BestEpoch best, double... losses) {
    List<Integer> better = new ArrayList<>();
    for (int epoch = 0; epoch < losses.length; epoch++) {
      if (best.close(epoch, 10L * (epoch + 1), TRAIN, loss(losses[epoch]))) {
        better.add(epoch);
      }
    }
    return better;
  }

  @Test
  void shouldFollowTheSmallestLoss() {
    BestEpoch best = best(Metric.VALIDATION_LOSS, 0, 2);
    assertEquals(Optional.empty(), best.best());
    assertFalse(best.isOver());
    assertEquals(List.of(0, 1, 4), close(best, 3, 2, 2, 2.5, 1));
    assertEquals(new Best(4, 50, 1, 0, Optional.empty()), best.best().orElseThrow());
  }

  @Test
  void shouldBeOverWhenPatienceIsAtItsEnd() {
    BestEpoch best = best(Metric.VALIDATION_LOSS, 0, 2);
    close(best, 3, 4);
    assertFalse(best.isOver());
    assertEquals(1, best.best().orElseThrow().since());
    close(best, 5);
    assertTrue(best.isOver());
    assertEquals(new Best(0, 10, 3, 2, Optional.empty()), best.best().orElseThrow());
  }

  @Test
  void shouldAskForMoreThanTheSmallestDelta() {
    assertEquals(List.of(0, 3), close(best(Metric.VALIDATION_LOSS, 0.5, 9), 3, 2.75, 2.5, 2.25));
  }

  @Test
  void shouldNeverTakeALossThatIsNoNumber() {
    BestEpoch best = best(Metric.VALIDATION_LOSS, 0, 1);
    assertEquals(List.of(2), close(best, Double.NaN, Double.POSITIVE_INFINITY, 7, Double.NaN));
    assertTrue(best.isOver());
    BestEpoch none = best(Metric.VALIDATION_LOSS, 0, 1);
    assertEquals(List.of(), close(none, Double.NaN, Double.NaN));
    assertEquals(Optional.empty(), none.best());
  }

  @Test
  void shouldBeOverWhenNoEpochHasHadALossThatIsANumber() {
    BestEpoch none = best(Metric.VALIDATION_LOSS, 0, 2);
    close(none, Double.NaN);
    assertFalse(none.isOver());
    BestEpoch resumed = none.at(checkpoint(15, new float[1], Optional.empty()));
    close(none, Double.POSITIVE_INFINITY);
    assertTrue(none.isOver());
    assertFalse(resumed.isOver(), "one epoch is closed");
    close(resumed, Double.NaN);
    assertTrue(resumed.isOver());
    BestEpoch late = best(Metric.VALIDATION_LOSS, 0, 2);
    close(late, Double.NaN, 7, 8);
    assertFalse(late.isOver(), "patience begins anew with the first number");
  }

  @ParameterizedTest
  @CsvSource({
    "TRAIN_LOSS, 10",
    "VALIDATION_LOSS, 3",
    "VALIDATION_ACCURACY, 0.75",
    // Two outputs: the root of 32 / (4 * 2).
    "VALIDATION_RMSE, 2"
  })
  void shouldTakeTheMetricThatTheJobNames(Metric metric, double value) {
    BestEpoch best = best(metric, 0, 1);
    best.close(0, 1, TRAIN, Optional.of(new Statistics(4, 12, 3, 32)));
    assertEquals(value, best.best().orElseThrow().value());
  }

  @Test
  void shouldFollowTheLargestAccuracy() {
    BestEpoch best = best(Metric.VALIDATION_ACCURACY, 0.25, 3);
    List<Boolean> better = new ArrayList<>();
    for (int correct : new int[] {1, 2, 3, 2, 4}) {
      better.add(best.close(0, 0, TRAIN, Optional.of(new Statistics(4, 1, correct, 0))));
    }
    // By more than a quarter each time: 1/4, then 3/4 against it.
    assertEquals(List.of(true, false, true, false, false), better);
  }

  @Test
  void shouldNeverBeOverWithoutPatience() {
    BestEpoch best =
        new BestEpoch(new Selection(Metric.VALIDATION_LOSS, 0, OptionalInt.empty(), true), 1);
    close(best, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    assertEquals(8, best.best().orElseThrow().since());
    assertFalse(best.isOver());
  }

  @Test
  void shouldKeepTheWeightsOfTheBestUntilThereIsABetterOne() {
    BestEpoch best = best(Metric.VALIDATION_LOSS, 0, 5);
    float[] weights = {1};
    close(best, 2);
    best.keep(weights);
    close(best, 3);
    assertSame(weights, best.best().orElseThrow().weights().orElseThrow());
    close(best, 1);
    assertEquals(Optional.empty(), best.best().orElseThrow().weights());
  }

  @Test
  void shouldKeepNoWeightsThatTheJobDoesNotWantBack() {
    BestEpoch best =
        new BestEpoch(new Selection(Metric.VALIDATION_LOSS, 0, OptionalInt.of(1), false), 1);
    close(best, 2);
    best.keep(new float[] {1});
    assertEquals(Optional.empty(), best.best().orElseThrow().weights());
  }

  private static Checkpoint checkpoint(long step, float[] weights, Optional<Best> best) {
    return new Checkpoint(
        new Checkpoint.Position(step, 1, 0, Optional.empty(), 0),
        weights,
        new float[0][],
        best,
        Checkpoint.WayBack.NONE);
  }

  @Test
  void shouldGoOnFromACheckpointAsIfItHadNeverStopped() {
    BestEpoch best = best(Metric.VALIDATION_LOSS, 0, 2);
    float[] kept = {5};
    Best before = new Best(3, 40, 2.5, 1, Optional.of(kept));
    BestEpoch then = best.at(checkpoint(55, new float[] {6}, Optional.of(before)));
    assertEquals(before, then.best().orElseThrow());
    assertFalse(then.close(5, 60, TRAIN, loss(2.6)));
    assertTrue(then.isOver());
    assertSame(kept, then.best().orElseThrow().weights().orElseThrow());
    assertEquals(Optional.empty(), best.best(), "another one");
  }

  @Test
  void shouldTakeTheCheckpointsOwnWeightsWhereItStandsAtTheBest() {
    float[] weights = {6};
    Best before = new Best(3, 40, 2.5, 0, Optional.empty());
    BestEpoch then =
        best(Metric.VALIDATION_LOSS, 0, 2).at(checkpoint(40, weights, Optional.of(before)));
    assertSame(weights, then.best().orElseThrow().weights().orElseThrow());
    assertEquals(
        Optional.empty(),
        best(Metric.VALIDATION_LOSS, 0, 2).at(checkpoint(0, weights, Optional.empty())).best());
  }
}
