package dev.yamabiko.data;

import static dev.yamabiko.data.DataSource.MissingValues.DROP;
import static dev.yamabiko.data.DataSource.MissingValues.MEAN;
import static dev.yamabiko.data.DataSource.Normalization.MIN_MAX;
import static dev.yamabiko.data.DataSource.Normalization.NONE;
import static dev.yamabiko.data.DataSource.Normalization.STANDARD;
import static dev.yamabiko.data.Loading.errorOf;
import static dev.yamabiko.data.Loading.input;
import static dev.yamabiko.data.Loading.target;
import static dev.yamabiko.data.Loading.targets;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yamabiko.tensor.Shape;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Columns of categories: one input each, learned from the training part alone. */
class CategoricalTest {

  @TempDir private Path directory;

  private String table() {
    return directory.resolve("table.csv").toString();
  }

  /** A table sky,wind,y whose sky is categorical. */
  private Csv sky(String... rows) {
    return Csv.file(directory, "table.csv", "sky,wind,y\n" + String.join("\n", rows) + "\n")
        .targets("y")
        .categorical("sky");
  }

  private Csv validation(String... rows) {
    return Csv.file(directory, "val.csv", "sky,wind,y\n" + String.join("\n", rows) + "\n")
        .targets("y")
        .categorical("sky");
  }

  @Test
  void shouldGiveEachCategoryAnInputInTheColumnsPlace() {
    Dataset data = sky("grey,7,1", "blue,8,2", " grey ,9,3").load().train();
    assertEquals(Shape.of(3), data.inputShape());
    assertArrayEquals(new float[] {0, 1, 7}, input(data, 0));
    assertArrayEquals(new float[] {1, 0, 8}, input(data, 1));
    assertArrayEquals(new float[] {0, 1, 9}, input(data, 2));
    assertArrayEquals(new float[] {1, 2, 3}, targets(data));
  }

  @Test
  void shouldWriteOnlyWhereItIsTold() {
    Dataset data = sky("grey,7,1", "blue,8,2").load().train();
    float[] into = {9, 9, 9, 9, 9, 9};
    data.readInput(0, into, 2);
    assertArrayEquals(new float[] {9, 9, 0, 1, 7, 9}, into);
  }

  @Test
  void shouldSortCategoriesByCodePoint() {
    LoadedData data = sky("b,0,0", "10,0,0", "9,0,0", "\u00e9,0,0", "B,0,0").load();
    assertEquals(List.of("10", "9", "B", "b", "\u00e9"), data.scaling().get(0).categories());
  }

  @Test
  void shouldNormalizeNumbersAlone() {
    LoadedData data = sky("grey,10,0", "blue,30,0").normalize(MIN_MAX, NONE).load();
    assertArrayEquals(new float[] {0, 1, 0}, input(data.train(), 0));
    assertArrayEquals(new float[] {1, 0, 1}, input(data.train(), 1));
    assertEquals(
        List.of(
            new LoadedData.Scaling("sky", List.of("blue", "grey")),
            new LoadedData.Scaling("wind", 10, 20)),
        data.scaling());
  }

  @Test
  void shouldKeepCategoriesThoughNothingIsNormalized() {
    assertEquals(
        List.of(
            new LoadedData.Scaling("sky", List.of("blue", "grey")),
            new LoadedData.Scaling("wind", 0, 1)),
        sky("grey,10,0", "blue,30,0").load().scaling());
  }

  @Test
  void shouldTakeColumnsByIndexWithoutAHeader() {
    Csv byIndex = Csv.of(directory, "5,a,1", "6,b,2").targets(2).categorical(1);
    assertArrayEquals(new float[] {6, 0, 1}, input(byIndex.load().train(), 1));
    Csv all = Csv.of(directory, "p,a", "q,b").columns(0).label(1).categorical(0);
    all.header(DataSource.Header.FALSE);
    assertEquals(2, all.load().train().size());
    Csv headed = Csv.of(directory, "x,kind,y", "6,b,2").targets(2).categorical(1);
    assertEquals(1, headed.load().train().size());
  }

  @Test
  void shouldLearnFromTheTrainingPartOnly() {
    Csv table = sky("grey,1,0", "blue,2,0", "grey,3,0", "pink,4,0");
    assertEquals(
        table()
            + ", line 5, column 'sky': category 'pink' does not occur in the training part, whose"
            + " categories are 'blue', 'grey'; set unknown-categories = zeros to read it as none of"
            + " them",
        errorOf(() -> table.loadHoldingOut(0.25)));
    LoadedData data = table.unknownAsZeros().loadHoldingOut(0.25);
    assertEquals(List.of("blue", "grey"), data.scaling().get(0).categories());
    assertArrayEquals(new float[] {0, 0, 4}, input(data.validation().orElseThrow(), 0));
  }

  @Test
  void shouldReadValidationAsTrainingWasFitted() {
    LoadedData data = sky("grey,1,0", "blue,2,0").loadValidatedBy(validation("grey,5,0"));
    Dataset validation = data.validation().orElseThrow();
    assertEquals(data.train().inputShape(), validation.inputShape());
    assertArrayEquals(new float[] {0, 1, 5}, input(validation, 0));
  }

  @Test
  void shouldObeyTheValidationSourceAboutUnknownCategories() {
    Csv train = sky("grey,1,0", "blue,2,0").unknownAsZeros();
    assertEquals(
        "val.csv, line 3, column 'sky': category 'pink' does not occur in the training part, whose"
            + " categories are 'blue', 'grey'; set unknown-categories = zeros to read it as none of"
            + " them",
        errorOf(() -> train.loadValidatedBy(validation("blue,1,0", "pink,2,0")))
            .replace(directory + "/", ""));
    Csv tolerant = validation("pink,2,0").unknownAsZeros();
    assertArrayEquals(
        new float[] {0, 0, 2},
        input(train.loadValidatedBy(tolerant).validation().orElseThrow(), 0));
  }

  @Test
  void shouldNotCareAboutRowsThatAreNoExamples() {
    Csv table = sky("grey,1,0", "blue,2,0", "pink,3,", "grey,4,0").missing(DROP);
    LoadedData data = table.loadHoldingOut(0.3);
    assertEquals(List.of("blue", "grey"), data.scaling().get(0).categories());
    assertArrayEquals(new float[] {0, 1, 4}, input(data.validation().orElseThrow(), 0));
  }

  @Test
  void shouldTreatMissingCategoriesAsTheTableSays() {
    String[] rows = {"grey,1,0", ",2,0", "blue,3,0", "grey,4,0", "blue,5,0", "NA,6,0"};
    assertEquals(
        table()
            + ", line 3, column 'sky': the value is missing (found ''); set missing to drop or mean"
            + " to allow that",
        sky(rows).error());
    assertEquals(4, sky(rows).missing(DROP).load().train().size());
    // Both occur twice: the first by code points stands in.
    Dataset filled = sky(rows).missing(MEAN).load().train();
    assertArrayEquals(new float[] {1, 0, 2}, input(filled, 1));
    // The training part alone holds more grey.
    LoadedData split = sky(rows).missing(MEAN).loadHoldingOut(0.33);
    assertArrayEquals(new float[] {0, 1, 6}, input(split.validation().orElseThrow(), 1));
    assertEquals(
        table()
            + ", column 'sky': expected categories in the training part but every cell is missing"
            + " there",
        sky("?,1,0", ",2,0").missing(MEAN).error());
  }

  @Test
  void shouldLookBackOverCategories() {
    Csv table =
        Csv.of(directory, "sky,t", "grey,1", "blue,2", "grey,3", "grey,4")
            .columns("sky", "t")
            .targets("t")
            .categorical("sky")
            .lags(2);
    Dataset data = table.load().train();
    assertEquals(Shape.of(6), data.inputShape());
    assertEquals(2, data.size());
    assertArrayEquals(new float[] {0, 1, 1, 1, 0, 2}, input(data, 0));
    assertArrayEquals(new float[] {1, 0, 2, 0, 1, 3}, input(data, 1));
    assertArrayEquals(new float[] {4}, target(data, 1));
    // The forecast of "as before": 3 where 4 came.
    assertEquals(
        Optional.of(new LoadedData.Baseline("same as the row before", 1)),
        table.loadHoldingOut(0.5).baseline());
  }

  @Test
  void shouldSeeTheVerySameBitsUnderATrainedModel() {
    LoadedData trained = sky("grey,1,0", "blue,3,0", "pink,8,0").normalize(STANDARD, NONE).load();
    Csv rows = validation("pink,3,0", "grey,8,0");
    Dataset again =
        DataLoader.loadForModel(rows.source(), trained.train().targets(), trained.scaling());
    float three = input(trained.train(), 1)[3];
    assertArrayEquals(new float[] {0, 0, 1, three}, input(again, 0));
    assertEquals(trained.train().inputShape(), again.inputShape());
    assertEquals(
        "val.csv, line 2, column 'sky': category 'red' does not occur in the training part, whose"
            + " categories are 'blue', 'grey', 'pink'; set unknown-categories = zeros to read it as"
            + " none of them",
        errorOf(
                () ->
                    DataLoader.loadForModel(
                        validation("red,3,0").source(),
                        trained.train().targets(),
                        trained.scaling()))
            .replace(directory + "/", ""));
  }

  @Test
  void shouldSayWhenTheKindOfColumnDiffers() {
    Csv numbers = Csv.file(directory, "val.csv", "sky,wind,y\n1,2,3\n").targets("y");
    assertEquals(
        "this source does not fit table.csv: expected categories in column 'sky' but found a"
            + " column that is not categorical (val.csv)",
        errorOf(() -> sky("1,2,3").loadValidatedBy(numbers)).replace(directory + "/", ""));
    assertEquals(
        "this source does not fit val.csv: expected numbers in column 'sky' but found a categorical"
            + " column (table.csv)",
        errorOf(() -> numbers.loadValidatedBy(sky("1,2,3"))).replace(directory + "/", ""));
    DataSource sine = new DataSource.Builtin("sine", 5, 1);
    DataSource table = sky("a,2,3").columns("sky").source();
    assertEquals(
        "builtin sine has no categorical columns such as " + table() + " has; expected a table",
        errorOf(() -> Loading.validate(table, sine)));
    assertEquals(
        "this source does not fit builtin sine: expected numbers in column 'sky' but found a"
            + " categorical column ("
            + table()
            + ")",
        errorOf(() -> Loading.validate(sine, table)));
  }

  @Test
  void shouldWantAnInputThatIsNoTarget() {
    assertEquals(
        table() + ": column 'sky' is categorical but no input; the input columns are 'wind'",
        sky("a,1,2").columns("wind").error());
    assertEquals(
        table() + ": column 'y' is categorical but no input; the input columns are 'sky', 'wind'",
        sky("a,1,2").categorical("y").label("y").targets().error());
    assertEquals(
        table()
            + ": column 'y' is both a target, which is a number, and categorical; to learn a class,"
            + " make it the label",
        sky("a,1,2").columns("y").lags(1).categorical("y").error());
    assertEquals(
        table() + ": column 'sky' is listed twice in categorical",
        sky("a,1,2").categorical("sky", 0).error());
    assertEquals(
        table()
            + ": there is no column 'sk' (did you mean 'sky'?); the columns are 'sky',"
            + " 'wind', 'y'",
        sky("a,1,2").categorical("sk").error());
  }

  @Test
  void shouldSuspectAnOpenQuoteWhenACategorySpansLines() {
    assertEquals(
        table()
            + ", line 2, column 'sky': expected a category on one line but found 'a,1,2\\nb,3,4';"
            + " is a quote left open?",
        sky("\"a,1,2", "b,3,4\",1,2").error());
  }

  @Test
  void shouldRefuseMoreCategoriesThanCanBeMeant() {
    StringBuilder rows = new StringBuilder("id,y\n");
    for (int i = 0; i <= 1 << 16; i++) {
      rows.append('n').append(i).append(",1\n");
    }
    assertEquals(
        table()
            + ", column 'id': expected at most 65536 categories but found 65537; does every row"
            + " have its own?",
        Csv.file(directory, "table.csv", rows.toString()).targets("y").categorical("id").error());
  }
}
