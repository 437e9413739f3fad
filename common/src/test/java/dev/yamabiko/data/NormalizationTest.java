package dev.yamabiko.data;

import static dev.yamabiko.data.DataSource.Normalization.MIN_MAX;
import static dev.yamabiko.data.DataSource.Normalization.NONE;
import static dev.yamabiko.data.DataSource.Normalization.STANDARD;
import static dev.yamabiko.data.Loading.input;
import static dev.yamabiko.data.Loading.inputs;
import static dev.yamabiko.data.Loading.targets;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Scaling and missing values: fitted on the training part, applied to all. */
class NormalizationTest {

  @TempDir private Path directory;

  private String table() {
    return directory.resolve("table.csv").toString();
  }

  @Test
  void shouldDivideByThePopulationDeviation() {
    // Mean 5, squared deviations 9 1 1 1 0 0 4 16: their mean is 4.
    LoadedData data =
        Csv.of(directory, "x,y", "2,0", "4,0", "4,0", "4,0", "5,0", "5,0", "7,0", "9,0")
            .targets("y")
            .normalize(STANDARD, NONE)
            .load();
    assertEquals(List.of(new LoadedData.Scaling("x", 5, 2)), data.scaling());
    assertArrayEquals(new float[] {-1.5f, -.5f, -.5f, -.5f, 0, 0, 1, 2}, inputs(data.train()));
  }

  @Test
  void shouldMapTheRangeToTheUnitInterval() {
    LoadedData data =
        Csv.of(directory, "x,y", "10,0", "30,0", "15,0")
            .targets("y")
            .normalize(MIN_MAX, NONE)
            .load();
    assertEquals(List.of(new LoadedData.Scaling("x", 10, 20)), data.scaling());
    assertArrayEquals(new float[] {0, 1, .25f}, inputs(data.train()));
  }

  @Test
  void shouldTellHowTargetsBecomeOriginalUnits() {
    LoadedData data =
        Csv.of(directory, "x,y", "1,100", "2,300").targets("y").normalize(NONE, STANDARD).load();
    assertEquals(
        new Targets.Values(List.of(new Targets.Value("y", 200, 100))), data.train().targets());
    assertArrayEquals(new float[] {-1, 1}, targets(data.train()));
    assertArrayEquals(new float[] {1, 2}, inputs(data.train()));
  }

  @Test
  void shouldFitNothingWhenNothingIsNormalized() {
    LoadedData data = Csv.of(directory, "x,y", "1,100", "2,300").targets("y").load();
    assertEquals(List.of(), data.scaling());
    assertEquals(new Targets.Values(List.of(Targets.Value.plain("y"))), data.train().targets());
  }

  @Test
  void shouldGiveAConstantColumnScaleOne() {
    String[] lines = {"x,y", "0.1,7", "0.1,7", "0.1,7"};
    LoadedData standard = Csv.of(directory, lines).targets("y").normalize(STANDARD, MIN_MAX).load();
    assertEquals(List.of(new LoadedData.Scaling("x", 0.1, 1)), standard.scaling());
    assertEquals(
        new Targets.Values(List.of(new Targets.Value("y", 7, 1))), standard.train().targets());
    assertArrayEquals(new float[3], inputs(standard.train()));
    assertArrayEquals(new float[3], targets(standard.train()));
  }

  @Test
  void shouldFitOnTheTrainingPartOnly() {
    LoadedData data =
        Csv.of(directory, "x,y", "0,0", "2,10", "4,20", "1000,99")
            .targets("y")
            .normalize(MIN_MAX, MIN_MAX)
            .loadHoldingOut(0.25);
    assertEquals(List.of(new LoadedData.Scaling("x", 0, 4)), data.scaling());
    Dataset validation = data.validation().orElseThrow();
    assertEquals(new Targets.Values(List.of(new Targets.Value("y", 0, 20))), validation.targets());
    assertArrayEquals(new float[] {0, .5f, 1}, inputs(data.train()));
    assertArrayEquals(new float[] {250}, inputs(validation));
    assertArrayEquals(new float[] {4.95f}, targets(validation));
  }

  @Test
  void shouldScaleInDoubleBeforeRounding() {
    // As floats, both cells would be 16777216 and their difference lost.
    LoadedData data =
        Csv.of(directory, "x,y", "16777216,0", "16777217,0")
            .targets("y")
            .normalize(MIN_MAX, NONE)
            .load();
    assertArrayEquals(new float[] {0, 1}, inputs(data.train()));
  }

  @Test
  void shouldRefuseNumbersTooLargeToAverage() {
    assertEquals(
        table()
            + ", line 3, column 'x': expected a number that can be scaled but found 1.5E308, which"
            + " is too large",
        Csv.of(directory, "x,y", "1e308,0", "1.5e308,0")
            .targets("y")
            .normalize(STANDARD, NONE)
            .error());
  }

  @Test
  void shouldNameTheLineOfATargetTooLargeToBeScaled() {
    assertEquals(
        table()
            + ", line 3, column 'y': expected a number that can be scaled but found -1.0E300, which"
            + " is too large",
        Csv.of(directory, "x,y", "1,2", "1,-1e300", "1,7")
            .targets("y")
            .normalize(NONE, STANDARD)
            .error());
  }

  @Test
  void shouldLeaveOutExamplesWithMissingValuesWhenDropping() {
    Dataset data =
        Csv.of(directory, "x,y", "1,10", ",20", "3,NA", "4,40")
            .targets("y")
            .missing(DataSource.MissingValues.DROP)
            .load()
            .train();
    assertArrayEquals(new float[] {1, 4}, inputs(data));
    assertArrayEquals(new float[] {10, 40}, targets(data));
  }

  @Test
  void shouldLeaveOutExamplesWithoutLabelWhenDropping() {
    Dataset data =
        Csv.of(directory, "x,kind", "1,a", "2,?", "3,b")
            .label("kind")
            .missing(DataSource.MissingValues.DROP)
            .load()
            .train();
    assertArrayEquals(new float[] {1, 3}, inputs(data));
    assertEquals(new Targets.Classes(List.of("a", "b")), data.targets());
  }

  @Test
  void shouldFillInTheTrainingPartsMean() {
    LoadedData data =
        Csv.of(directory, "x,y", "1,0", ",0", "3,0", "100,0", "?,0")
            .targets("y")
            .missing(DataSource.MissingValues.MEAN)
            .loadHoldingOut(0.4);
    assertArrayEquals(new float[] {1, 2, 3}, inputs(data.train()));
    assertArrayEquals(new float[] {100, 2}, inputs(data.validation().orElseThrow()));
  }

  @Test
  void shouldFitScalingOnPresentCellsWhenFillingIn() {
    LoadedData data =
        Csv.of(directory, "x,y", "1,0", ",0", "3,0")
            .targets("y")
            .missing(DataSource.MissingValues.MEAN)
            .normalize(STANDARD, NONE)
            .load();
    assertEquals(List.of(new LoadedData.Scaling("x", 2, 1)), data.scaling());
    assertArrayEquals(new float[] {-1, 0, 1}, inputs(data.train()));
  }

  @Test
  void shouldNeverInventATarget() {
    Dataset data =
        Csv.of(directory, "x,y", "1,10", "2,", ",30")
            .targets("y")
            .missing(DataSource.MissingValues.MEAN)
            .load()
            .train();
    assertArrayEquals(new float[] {10, 30}, targets(data));
    assertEquals(1, input(data, 1)[0]);
  }

  @Test
  void shouldSayHowManyExamplesAreLeftOut() {
    Csv values = Csv.of(directory, "x,y", "1,10", "2,", ",30", "4,40").targets("y");
    assertEquals(
        List.of(table() + ": left out 1 of 4 examples, of which a target is missing"),
        values.missing(DataSource.MissingValues.MEAN).load().notes());
    assertEquals(
        List.of(table() + ": left out 2 of 4 examples, of which a value is missing"),
        values.missing(DataSource.MissingValues.DROP).load().notes());
    Csv classes = Csv.of(directory, "x,kind", ",a", "2,?", "3,b").label("kind");
    assertEquals(
        List.of(table() + ": left out 1 of 3 examples, of which a label is missing"),
        classes.missing(DataSource.MissingValues.MEAN).load().notes());
    Csv whole = Csv.of(directory, "x,y", ",10", "2,20", ",30").targets("y");
    assertEquals(List.of(), whole.missing(DataSource.MissingValues.MEAN).load().notes());
  }

  @Test
  void shouldSayWhenNoExampleOrNoValueIsLeft() {
    assertEquals(
        table() + ": no example is left: each one needs a value that is missing",
        Csv.of(directory, "x,y", ",1", "2,")
            .targets("y")
            .missing(DataSource.MissingValues.DROP)
            .error());
    assertEquals(
        table()
            + ", column 'x': expected numbers in the training part but every cell is missing"
            + " there",
        Csv.of(directory, "x,y", ",1", ",2")
            .targets("y")
            .missing(DataSource.MissingValues.MEAN)
            .error());
  }
}
