package dev.yamabiko.data;

import static dev.yamabiko.data.DataSource.Normalization.MIN_MAX;
import static dev.yamabiko.data.DataSource.Normalization.NONE;
import static dev.yamabiko.data.Loading.errorOf;
import static dev.yamabiko.data.Loading.inputs;
import static dev.yamabiko.data.Loading.targets;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Validation data from a source of its own is seen as the training data is. */
class ValidationSourceTest {

  @TempDir private Path directory;

  private Csv train(String content) {
    return Csv.file(directory, "train.csv", content);
  }

  private Csv validation(String content) {
    return Csv.file(directory, "val.csv", content);
  }

  private String error(Csv train, Csv validation) {
    return errorOf(() -> train.loadValidatedBy(validation)).replace(directory + "/", "");
  }

  @Test
  void shouldScaleValidationAsTheTrainingSourceWasFitted() {
    Csv train = train("x,y\n0,0\n4,10\n").targets("y").normalize(MIN_MAX, MIN_MAX);
    LoadedData data = train.loadValidatedBy(validation("x,y\n8,5\n").targets("y"));
    Dataset validation = data.validation().orElseThrow();
    assertArrayEquals(new float[] {2}, inputs(validation));
    assertArrayEquals(new float[] {.5f}, targets(validation));
    assertEquals(data.train().targets(), validation.targets());
  }

  @Test
  void shouldFillValidationWithTheTrainingMean() {
    Csv validation = validation("x,y\n,5\n").targets("y").missing(DataSource.MissingValues.MEAN);
    LoadedData data = train("x,y\n0,0\n4,10\n").targets("y").loadValidatedBy(validation);
    assertArrayEquals(new float[] {2}, inputs(data.validation().orElseThrow()));
  }

  @Test
  void shouldNumberClassesAsTheTrainingSourceDoes() {
    Csv train = train("x,kind\n0,a\n0,b\n0,c\n").label("kind");
    LoadedData data = train.loadValidatedBy(validation("x,kind\n0,c\n0,b\n").label("kind"));
    assertArrayEquals(new float[] {2, 1}, targets(data.validation().orElseThrow()));
  }

  @Test
  void shouldNameTheCellWhenAClassIsUnseen() {
    assertEquals(
        "val.csv, line 3, column 'kind': class 'zebra' does not occur in the training part, whose"
            + " classes are 'a', 'b'",
        error(
            train("x,kind\n0,a\n0,b\n").label("kind"),
            validation("x,kind\n0,a\n0,zebra\n").label("kind")));
  }

  @Test
  void shouldSayBothWhenShapesDiffer() {
    assertEquals(
        "the validation source does not fit the training source: expected inputs of shape [2] and 1"
            + " target value (train.csv) but found inputs of shape [1] and 1 target value (val.csv)",
        error(train("a,b,y\n1,2,3\n").targets("y"), validation("a,y\n1,3\n").targets("y")));
  }

  @Test
  void shouldSayBothWhenTheKindOfTargetDiffers() {
    Csv train = train("x,y\n1,2\n").targets("y");
    assertEquals(
        "the validation source does not fit the training source: expected inputs of shape [1] and 1"
            + " target value (train.csv) but found inputs of shape [1] and a class (val.csv)",
        error(train, validation("x,y\n1,2\n").label("y")));
    assertEquals(
        "the validation source does not fit the training source: expected inputs of shape [1] and 1"
            + " target value (train.csv) but found inputs of shape [1] and 2 target values (val.csv)",
        error(train, validation("x,y,z\n1,2,3\n").targets("y", "z")));
  }

  @Test
  void shouldSayBothWhenLagsDiffer() {
    assertEquals(
        "this source does not fit train.csv: expected lags = 1, 1 columns but found lags = 0, 1"
            + " columns (val.csv)",
        error(
            train("x,y\n1,2\n3,4\n").columns("x").targets("y").lags(1),
            validation("x,y\n1,2\n").targets("y")));
  }

  @Test
  void shouldNotTakeColumnsInAnotherOrderByDefault() {
    Csv train = train("a,b,y\n1,2,3\n").targets("y");
    assertEquals(
        "this source does not fit train.csv: expected input column 'a' but found 'b' (val.csv)",
        error(train, validation("b,a,y\n1,2,3\n").targets("y")));
    Csv chosen = validation("b,a,y\n2,1,3\n").columns("a", "b").targets("y");
    assertArrayEquals(
        new float[] {1}, inputs(train.loadValidatedBy(chosen).validation().orElseThrow()));
  }

  @Test
  void shouldTakeOtherNamesWhenColumnsAreChosen() {
    Csv train = train("Date,Temp\nd,1\nd,2\n").targets(1).lags(1);
    Csv validation = validation("Day,Temperature\nd,5\nd,6\n").targets(1).lags(1);
    LoadedData data = train.loadValidatedBy(validation);
    assertArrayEquals(new float[] {6}, targets(data.validation().orElseThrow()));
  }

  @Test
  void shouldMixSourcesThatFit() {
    DataSource sine = new DataSource.Builtin("sine", 5, 1);
    DataSource table = validation("x,y\n1,0.84\n").targets("y").source();
    Dataset validation = Loading.validate(sine, table).validation().orElseThrow();
    assertArrayEquals(new float[] {0.84f}, targets(validation));
    assertEquals(new Targets.Values(List.of(Targets.Value.plain("sin(x)"))), validation.targets());
    assertEquals(5, Loading.validate(table, sine).validation().orElseThrow().size());
  }

  @Test
  void shouldRefuseToScaleWhatCannotBeScaledAlike() {
    DataSource sine = new DataSource.Builtin("sine", 5, 1);
    DataSource scaled = train("x,y\n1,2\n3,4\n").targets("y").normalize(NONE, MIN_MAX).source();
    assertEquals(
        "builtin sine cannot be scaled like the columns of "
            + directory.resolve("train.csv")
            + "; expected a table, or training without normalisation",
        errorOf(() -> Loading.validate(scaled, sine)));
    assertEquals(
        directory.resolve("train.csv")
            + ": columns cannot be normalised or filled with their mean for validation alone; the"
            + " training source builtin sine is not a table that could be fitted",
        errorOf(() -> Loading.validate(sine, scaled)));
  }

  @Test
  void shouldRefuseGeneratedClassesThatTrainingDoesNotHave() {
    DataSource spirals = new DataSource.Builtin("spirals", 5, 1);
    Csv train = train("a,b,kind\n1,2,left\n1,2,right\n").label("kind");
    assertEquals(
        "builtin spirals: class '0' does not occur in the training part, whose classes are 'left',"
            + " 'right'",
        errorOf(() -> Loading.validate(train.source(), spirals)));
  }
}
