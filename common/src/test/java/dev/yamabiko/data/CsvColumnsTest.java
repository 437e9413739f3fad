package dev.yamabiko.data;

import static dev.yamabiko.data.Loading.input;
import static dev.yamabiko.data.Loading.inputs;
import static dev.yamabiko.data.Loading.target;
import static dev.yamabiko.data.Loading.targets;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yamabiko.tensor.Shape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Headers, and which column means what. */
class CsvColumnsTest {

  @TempDir private Path directory;

  private String table() {
    return directory.resolve("table.csv").toString();
  }

  @Test
  void shouldTakeColumnsByNameInTheOrderGiven() {
    Dataset data =
        Csv.of(directory, "a,b,c", "1,2,3").columns("c", "a").targets("b").load().train();
    assertArrayEquals(new float[] {3, 1}, input(data, 0));
    assertArrayEquals(new float[] {2}, target(data, 0));
  }

  @Test
  void shouldTakeAllOtherColumnsByDefault() {
    Dataset data = Csv.of(directory, "a,b,c,d", "1,2,3,4").targets("b", "d").load().train();
    assertArrayEquals(new float[] {1, 3}, input(data, 0));
    assertArrayEquals(new float[] {2, 4}, target(data, 0));
    assertEquals(Shape.of(2), data.inputShape());
    Targets.Value b = Targets.Value.plain("b");
    assertEquals(new Targets.Values(List.of(b, Targets.Value.plain("d"))), data.targets());
  }

  @Test
  void shouldTakeColumnsByIndexWithoutAHeader() {
    Dataset data = Csv.of(directory, "1,2,3").columns(2).targets(0).load().train();
    assertArrayEquals(new float[] {3}, input(data, 0));
    assertEquals(new Targets.Values(List.of(Targets.Value.plain("0"))), data.targets());
  }

  @Test
  void shouldSuggestTheNearestNameAndListAll() {
    assertEquals(
        table()
            + ": there is no column 'Petl' (did you mean 'petal'?); the columns are 'sepal',"
            + " 'petal', 'kind'",
        Csv.of(directory, "sepal,petal,kind", "1,2,a").columns("Petl").label("kind").error());
  }

  @Test
  void shouldNotSuggestANameThatIsFarOff() {
    assertEquals(
        table() + ": there is no column 'zzz'; the columns are 'sepal', 'y'",
        Csv.of(directory, "sepal,y", "1,2").columns("zzz").targets("y").error());
  }

  @Test
  void shouldNameTheRangeWhenAnIndexIsOutside() {
    assertEquals(
        table() + ": expected a column index from 0 to 1 but found 2; the columns are 'x', 'y'",
        Csv.of(directory, "x,y", "1,2").columns(0).targets(2).error());
    assertEquals(
        table() + ": expected a column index from 0 to 1 but found -1; the table has 2 columns",
        Csv.of(directory, "1,2").targets(-1).error());
  }

  @Test
  void shouldRefuseANameThatTwoColumnsBear() {
    assertEquals(
        table() + ": columns 0 and 2 are both called 'x'; choose one by its index",
        Csv.of(directory, "x,y,x", "1,2,3").columns("x").targets("y").error());
  }

  @Test
  void shouldRefuseANameThatTwoInputsBear() {
    assertEquals(
        table() + ": columns 0 and 2 are both called 'x'; choose input columns by index in columns",
        Csv.of(directory, "x,y,x", "1,2,3").targets("y").error());
    assertEquals(
        table() + ": columns 0 and 1 are both called 'x'; choose input columns by index in columns",
        Csv.of(directory, "x,x,y", "1,2,3").targets(1).error());
    Csv chosen = Csv.of(directory, "x,y,x", "1,2,3").columns(0, 2).targets(1);
    assertArrayEquals(
        new float[] {1, 3}, input(chosen.header(DataSource.Header.TRUE).load().train(), 0));
    Csv unused = Csv.of(directory, "x,y,x,z", "1,2,3,4").columns("z").targets("y");
    assertArrayEquals(new float[] {4}, inputs(unused.load().train()));
  }

  @Test
  void shouldRefuseAnInputThatIsTheAnswer() {
    assertEquals(
        table()
            + ": column 'y' is both an input and the target; without lags a model would only have"
            + " to repeat it",
        Csv.of(directory, "x,y", "1,2").columns("x", "y").targets("y").error());
    assertEquals(
        table()
            + ": column 'y' is both an input and the label; without lags a model would only have"
            + " to repeat it",
        Csv.of(directory, "x,y", "1,2").columns(1).label("y").error());
  }

  @Test
  void shouldRefuseAColumnListedTwice() {
    assertEquals(
        table() + ": column 'x' is listed twice in columns",
        Csv.of(directory, "x,y", "1,2").columns("x", 0).targets("y").error());
  }

  @Test
  void shouldRefuseANameWhenThereIsNoHeader() {
    assertEquals(
        table()
            + ": column 'y' is given by name but the table has no header; expected an index from 0"
            + " to 1",
        Csv.of(directory, "1,2").header(DataSource.Header.FALSE).targets("y").error());
  }

  @Test
  void shouldWantEitherTargetsOrALabel() {
    String expected = table() + ": expected either targets or a label, not both or neither";
    assertEquals(expected, Csv.of(directory, "x,y", "1,2").error());
    assertEquals(expected, Csv.of(directory, "x,y", "1,2").targets("x").label("y").error());
  }

  @Test
  void shouldWantAnInputColumn() {
    assertEquals(
        table() + ": no input column is left; expected columns besides the targets",
        Csv.of(directory, "y", "1").targets("y").error());
    assertEquals(
        table() + ": lags with a label need columns to look back over",
        Csv.of(directory, "x,y", "1,2").label("y").lags(1).error());
  }

  @Test
  void shouldRefuseNegativeLags() {
    assertEquals(
        table() + ": lags must be at least 0 but is -1",
        Csv.of(directory, "x,y", "1,2").targets("y").lags(-1).error());
  }

  @Test
  void shouldSeeAHeaderWhenNoUsedCellIsANumber() {
    assertEquals(1, Csv.of(directory, "x,y", "1,2").targets(1).load().train().size());
    assertEquals(1, Csv.of(directory, "x,NA", "1,2").targets(1).load().train().size());
    Csv series = Csv.of(directory, "1981,Temp", "7,2", "8,3").columns(1).targets(1).lags(1);
    assertEquals(1, series.load().train().size());
  }

  @Test
  void shouldSeeDataWhenAUsedCellIsANumberOrAllAreMissing() {
    assertEquals(2, Csv.of(directory, "5,6", "1,2").targets(1).load().train().size());
    Csv missing = Csv.of(directory, "NA,?", "1,2").targets(1);
    assertEquals(1, missing.missing(DataSource.MissingValues.DROP).load().train().size());
    assertEquals(
        table()
            + ", line 1, column 0: the value is missing (found 'NA'); set missing to drop or mean to allow that",
        missing.missing(DataSource.MissingValues.ERROR).error());
  }

  @Test
  void shouldNotLookAtTheLabelWhenGuessingTheHeader() {
    Dataset data = Csv.of(directory, "setosa,1", "virginica,2").label(0).load().train();
    assertEquals(2, data.size());
    assertEquals(1, Csv.of(directory, "7,x", "virginica,2").label(0).load().train().size());
  }

  /** A header taken for data would be one more example, of a class and categories of its own. */
  @Test
  void shouldAskForTheHeaderWhenNoColumnOfNumbersTells() {
    String[] lines = {"colour,soil,kind", "red,sand,a", "blue,clay,b"};
    Csv table = Csv.of(directory, lines).columns(0, 1).categorical(0, 1).label(2);
    String why =
        table()
            + ": whether the first line is a header cannot be told, because no column that is given"
            + " by its index holds numbers; set header = true or header = false";
    assertEquals(why, table.error());
    assertEquals(why, Csv.of(directory, lines).categorical(0, 1).label(2).error());
    assertEquals(2, table.header(DataSource.Header.TRUE).load().train().size());
    assertEquals(3, table.header(DataSource.Header.FALSE).load().train().size());
  }

  /** Its training said what the first line is; who uses it cannot. */
  @Test
  void shouldTakeInputsOfAModelAsBeforeWhenNoColumnOfNumbersTells() {
    Csv training = Csv.of(directory, "red,1", "blue,2").categorical(0).targets(1);
    LoadedData data = training.load();
    ModelInputs inputs =
        new ModelInputs(
            training.source(), data.train().inputShape(), data.columns(), data.scaling());
    Path rows = Csv.file(directory, "new.csv", "blue\nred\n").source().path();
    List<Float> seen = new ArrayList<>();
    inputs.read(rows, (origin, input) -> seen.add(input[0]));
    assertEquals(List.of(1f, 0f), seen);
  }

  @Test
  void shouldTakeTheFirstLineAsHeaderWhenAColumnIsGivenByName() {
    Dataset data = Csv.of(directory, "1,2", "3,4").targets("2").load().train();
    assertArrayEquals(new float[] {3}, inputs(data));
  }

  @Test
  void shouldObeyAnExplicitHeaderSetting() {
    Csv numbers = Csv.of(directory, "1,2", "3,4").targets(1);
    assertArrayEquals(
        new float[] {4}, targets(numbers.header(DataSource.Header.TRUE).load().train()));
    Csv names = Csv.of(directory, "x,y", "3,4").targets(1).header(DataSource.Header.FALSE);
    assertEquals(
        table()
            + ", line 1, column 0: expected a number but found 'x' (if this column holds categories, list"
            + " it in categorical)",
        names.error());
  }

  @Test
  void shouldHintAtTheHeaderWhenTheFirstLineIsTakenForData() {
    assertEquals(
        table()
            + ", line 1, column 0: expected a number but found 'id' (if this line is a header, set"
            + " header = true)",
        Csv.of(directory, "id,2019,2020", "1,2,3").targets(2).error());
  }

  @Test
  void shouldSortClassesByNumberWhenAllAreIntegers() {
    Dataset data =
        Csv.of(directory, "x,kind", "0,10", "0,9", "0,-1", "0,10").label("kind").load().train();
    assertEquals(new Targets.Classes(List.of("-1", "9", "10")), data.targets());
    assertArrayEquals(new float[] {2, 1, 0, 2}, targets(data));
  }

  @Test
  void shouldSortClassesByTextOtherwise() {
    Dataset data =
        Csv.of(directory, "x,kind", "0,b", "0, 9 ", "0,10", "0,a").label("kind").load().train();
    assertEquals(new Targets.Classes(List.of("10", "9", "a", "b")), data.targets());
    assertArrayEquals(new float[] {3, 1, 0, 2}, targets(data));
  }
}
