package dev.yamabiko.data;

import static dev.yamabiko.data.DataSource.Normalization.MIN_MAX;
import static dev.yamabiko.data.DataSource.Normalization.NONE;
import static dev.yamabiko.data.Loading.input;
import static dev.yamabiko.data.Loading.inputs;
import static dev.yamabiko.data.Loading.targets;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yamabiko.tensor.Shape;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Time series: windows of rows, and the forecast that a model has to beat. */
class LagsTest {

  @TempDir private Path directory;

  private String table() {
    return directory.resolve("table.csv").toString();
  }

  private Csv series() {
    return Csv.of(directory, "day,t,h", "a,1,10", "b,2,20", "c,4,30", "d,7,40", "e,11,50");
  }

  @Test
  void shouldCutWindowsOldestRowFirst() {
    Dataset data = series().columns("t", "h").targets("t").lags(2).load().train();
    assertEquals(Shape.of(4), data.inputShape());
    assertEquals(3, data.size());
    assertArrayEquals(new float[] {1, 10, 2, 20}, input(data, 0));
    assertArrayEquals(new float[] {2, 20, 4, 30}, input(data, 1));
    assertArrayEquals(new float[] {4, 30, 7, 40}, input(data, 2));
    assertArrayEquals(new float[] {4, 7, 11}, targets(data));
  }

  @Test
  void shouldLookBackOverTheTargetsByDefault() {
    Dataset data = series().targets("t").lags(3).load().train();
    assertArrayEquals(new float[] {1, 2, 4}, input(data, 0));
    assertArrayEquals(new float[] {2, 4, 7}, input(data, 1));
    assertArrayEquals(new float[] {7, 11}, targets(data));
  }

  @Test
  void shouldPredictAClassFromEarlierRows() {
    Dataset data = series().columns("t").label("day").lags(1).load().train();
    assertArrayEquals(new float[] {1, 2, 4, 7}, inputs(data));
    assertEquals(new Targets.Classes(List.of("b", "c", "d", "e")), data.targets());
  }

  @Test
  void shouldNeedOneRowMoreThanLags() {
    assertEquals(1, series().targets("t").lags(4).load().train().size());
    assertEquals(
        table() + ": lags = 5 needs at least 6 rows but the table has 5",
        series().targets("t").lags(5).error());
  }

  @Test
  void shouldDropEveryWindowThatContainsAMissingValue() {
    Dataset data =
        Csv.of(directory, "t", "1", "2", "3", "NA", "5", "6", "7", "8")
            .targets("t")
            .lags(2)
            .missing(DataSource.MissingValues.DROP)
            .load()
            .train();
    assertArrayEquals(new float[] {3, 7, 8}, targets(data));
    assertArrayEquals(new float[] {1, 2}, input(data, 0));
    assertArrayEquals(new float[] {5, 6}, input(data, 1));
  }

  @Test
  void shouldHoldOutTheLastWindowsByDefault() {
    DataSource source = series().targets("t").lags(1).source();
    LoadedData data = Loading.holdOut(source, 0.5, Optional.empty(), Loading.SEED);
    assertArrayEquals(new float[] {2, 4}, targets(data.train()));
    assertArrayEquals(new float[] {7, 11}, targets(data.validation().orElseThrow()));
  }

  @Test
  void shouldFitOverEachRowThatTrainingTouchesOnce() {
    LoadedData data =
        series().targets("t").lags(2).normalize(MIN_MAX, MIN_MAX).loadHoldingOut(0.34);
    // The training windows touch t = 1, 2, 4, 7.
    assertEquals(List.of(new LoadedData.Scaling("t", 1, 6)), data.scaling());
    assertEquals(new Targets.Values(List.of(new Targets.Value("t", 1, 6))), data.train().targets());
  }

  @Test
  void shouldMeasureTheBaselineOverValidationInOriginalUnits() {
    LoadedData data = series().targets("t").lags(1).normalize(MIN_MAX, MIN_MAX).loadHoldingOut(0.5);
    // 7 after 4 and 11 after 7: sqrt((9 + 16) / 2).
    assertEquals(
        Optional.of(new LoadedData.Baseline("same as the row before", Math.sqrt(12.5))),
        data.baseline());
  }

  @Test
  void shouldMeasureTheBaselineOverAValidationSource() {
    Csv train = series().targets("t").lags(2).normalize(MIN_MAX, NONE);
    Csv validation = Csv.file(directory, "v.csv", "t\n5\n5\n8\n8\n4\n").targets("t").lags(2);
    assertEquals(
        Math.sqrt((9 + 0 + 16) / 3.0),
        train.loadValidatedBy(validation).baseline().orElseThrow().rmse());
  }

  @Test
  void shouldHaveNoBaselineWithoutAnObviousForecast() {
    assertEquals(Optional.empty(), series().targets("t").lags(1).load().baseline());
    assertEquals(
        Optional.empty(), series().targets("t", "h").lags(1).loadHoldingOut(.5).baseline());
    assertEquals(
        Optional.empty(), series().columns("h").targets("t").lags(1).loadHoldingOut(.5).baseline());
    assertEquals(
        Optional.empty(), series().columns("h").targets("t").loadHoldingOut(.5).baseline());
  }
}
