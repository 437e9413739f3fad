package dev.yamabiko.data;

import static dev.yamabiko.data.DataSource.MissingValues.MEAN;
import static dev.yamabiko.data.DataSource.Normalization.MIN_MAX;
import static dev.yamabiko.data.DataSource.Normalization.NONE;
import static dev.yamabiko.data.DataSource.Normalization.STANDARD;
import static dev.yamabiko.data.Loading.errorOf;
import static dev.yamabiko.data.Loading.input;
import static dev.yamabiko.data.Loading.inputs;
import static dev.yamabiko.data.Loading.targets;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Data for a model that was trained elsewhere. */
class ModelDataTest {

  private static final Targets Y = new Targets.Values(List.of(new Targets.Value("y", 10, 5)));
  private static final List<LoadedData.Scaling> X = List.of(new LoadedData.Scaling("x", 1, 2));

  @TempDir private Path directory;

  private Csv table() {
    return Csv.file(directory, "new.csv", "x,y\n3,20\n5,10\n").targets("y");
  }

  private String error(DataSource source, Targets targets, List<LoadedData.Scaling> scaling) {
    return errorOf(() -> DataLoader.loadForModel(source, targets, scaling))
        .replace(directory + "/", "");
  }

  @Test
  void shouldScaleAsInTrainingWhateverTheSourceSays() {
    DataSource source = table().normalize(STANDARD, STANDARD).source();
    Dataset scaled = DataLoader.loadForModel(source, Y, X);
    assertArrayEquals(new float[] {1, 2}, inputs(scaled));
    assertArrayEquals(new float[] {2, 0}, targets(scaled));
    Dataset asIs = DataLoader.loadForModel(source, Y, List.of());
    assertArrayEquals(new float[] {3, 5}, inputs(asIs));
    assertArrayEquals(new float[] {2, 0}, targets(asIs));
  }

  @Test
  void shouldSeeTheVerySameBitsAsInTraining() {
    LoadedData trained = table().normalize(STANDARD, STANDARD).load();
    Dataset again =
        DataLoader.loadForModel(table().source(), trained.train().targets(), trained.scaling());
    assertArrayEquals(inputs(trained.train()), inputs(again));
    assertArrayEquals(targets(trained.train()), targets(again));
  }

  private static Dataset asSeenBy(Csv trained, Csv data) {
    return Loading.seenByModelOf(trained.source(), trained.load(), data.source());
  }

  /** Of a standardised column the model keeps the mean: it is the offset. */
  @Test
  void shouldFillInTheTrainingMeanWhereTheModelKnowsIt() {
    String rows = "soil,x,y\nsand,3,20\nclay,6,10\nsand,,5\n";
    Csv trained =
        Csv.file(directory, "train.csv", rows)
            .targets("y")
            .categorical("soil")
            .missing(MEAN)
            .normalize(STANDARD, NONE);
    Csv same = Csv.file(directory, "new.csv", rows).targets("y").categorical("soil").missing(MEAN);
    Dataset filled = asSeenBy(trained, same);
    for (int i = 0; i < 3; i++) {
      assertArrayEquals(input(trained.load().train(), i), input(filled, i));
    }
    assertArrayEquals(new float[] {0, 1, 0}, input(filled, 2));
    String refused = "; expected missing = drop or missing = error";
    String unknown = "the mean of the training part is not known here" + refused;
    assertEquals(
        directory + "/new.csv: " + unknown,
        errorOf(() -> asSeenBy(trained.normalize(MIN_MAX, NONE), same)));
    trained.normalize(STANDARD, NONE);
    Csv noSoil = Csv.file(directory, "new.csv", "soil,x,y\nsand,3,20\n,6,10\n");
    assertEquals(
        directory
            + "/new.csv, line 3, column 'soil': the value is missing, and the most frequent category"
            + " of the training part is not known here"
            + refused,
        errorOf(() -> asSeenBy(trained, noSoil.targets("y").categorical("soil").missing(MEAN))));
  }

  @Test
  void shouldTakeSourcesWithoutColumns() {
    DataSource digits = new DataSource.Builtin("digits", 12, 1);
    assertEquals(
        12, DataLoader.loadForModel(digits, Targets.Classes.numbered(10), List.of()).size());
    assertEquals(
        "builtin digits: class '3' does not occur in the training part, whose classes are '0', '1',"
            + " '2'",
        error(digits, Targets.Classes.numbered(3), List.of()).replace(", example 3", ""));
  }

  @Test
  void shouldSayWhatDoesNotFitTheModel() {
    assertEquals(
        "the data does not fit the model: expected a class but found 1 target value (new.csv)",
        error(table().source(), Targets.Classes.numbered(2), List.of()));
    assertEquals(
        "this source does not fit the model: expected input column 'z' but found 'x' (new.csv)",
        error(table().source(), Y, List.of(new LoadedData.Scaling("z", 0, 1))));
    assertEquals(
        "builtin sine has no columns that could be scaled; expected a table, as in training",
        error(new DataSource.Builtin("sine", 2, 1), Y, X));
    assertEquals(
        "new.csv: the mean of the training part is not known here; expected missing = drop or"
            + " missing = error",
        error(table().missing(DataSource.MissingValues.MEAN).source(), Y, X));
  }
}
