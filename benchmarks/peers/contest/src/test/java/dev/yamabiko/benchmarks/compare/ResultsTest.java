package dev.yamabiko.benchmarks.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.yamabiko.benchmarks.compare.Results.Figure;
import dev.yamabiko.benchmarks.compare.Results.Measure;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ResultsTest {

  private static final Cell CELL = new Cell(Cell.Model.MLP, 32, 2);

  private static final Results RESULTS =
      new Results(
          List.of(
              Results.HEADER,
              "1,17,slow,mlp-32-2,50.0,2.00,2.3,0.1,99,60.0",
              "1,17,quick,mlp-32-2,100.0,2.00,2.3,0.1,99,120.0",
              "1,17,yamabiko,mlp-32-2,300.0,1.00,2.3,0.1,99,310.0",
              "2,17,quick,mlp-32-2,50.0,0.50,2.3,0.1,99,70.0",
              "2,17,yamabiko,mlp-32-2,100.0,1.00,2.3,0.1,99,350.0",
              "3,17,quick,mlp-32-2,,,,,,",
              "3,17,yamabiko,mlp-32-2,900.0,1.00,2.3,0.1,99,930.0",
              "3,17,broken,mlp-32-2,,,,,,"));

  @Test
  void shouldTakeTheRatioOfRoundsThatBothFinished() {
    Optional<Figure> ratio = RESULTS.ratio(Measure.RATE, "17", "quick", CELL);
    assertEquals(Optional.of(new Figure(2.5, 2, 3, 2)), ratio);
  }

  @Test
  void shouldFindTheBestPeerAmongThoseThatFinished() {
    assertEquals(Optional.of("quick"), RESULTS.bestPeer(Measure.RATE, "17", CELL));
    assertEquals(Optional.empty(), RESULTS.figure(Measure.RATE, "17", "broken", CELL));
  }

  @Test
  void shouldDivideByProcessorTime() {
    Figure figure = RESULTS.figure(Measure.PER_PROCESSOR_SECOND, "17", "quick", CELL).orElseThrow();
    assertEquals(new Figure(75, 50, 100, 2), figure);
  }

  @Test
  void shouldCompareTheFastestOfAllRounds() {
    assertEquals(
        Optional.of(new Figure(120, 120, 120, 2)),
        RESULTS.figure(Measure.FASTEST, "17", "quick", CELL));
    assertEquals(
        Optional.of(Figure.of(new double[] {350.0 / 120.0})),
        RESULTS.ratio(Measure.FASTEST, "17", "quick", CELL));
  }

  @Test
  void shouldNameTheTrainerFirst() {
    assertEquals(List.of("yamabiko", "slow", "quick", "broken"), RESULTS.contestants());
  }

  @Test
  void shouldRefuseAFileOfOtherColumns() {
    assertThrows(IllegalArgumentException.class, () -> new Results(List.of("round,rate")));
  }
}
