package dev.yamabiko.data;

import static dev.yamabiko.data.Loading.input;
import static dev.yamabiko.data.Loading.inputs;
import static dev.yamabiko.data.Loading.target;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import de.siegmar.fastcsv.reader.CsvReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Lines and cells: what is read, and what is refused with line and column. */
class CsvCellsTest {

  private static final String CATEGORIES =
      " (if this column holds categories, list it in categorical)";

  @TempDir private Path directory;

  private String table() {
    return directory.resolve("table.csv").toString();
  }

  @Test
  void shouldReadNumbersOfAllCommonForms() {
    LoadedData data =
        Csv.of(directory, "x,y", "1,0", " -2.5 ,0", "+3e2,0", ".5,0", "7.,0").targets("y").load();
    assertArrayEquals(new float[] {1, -2.5f, 300, .5f, 7}, inputs(data.train()));
  }

  @Test
  void shouldReadQuotedCellsWithSeparatorsAndLineBreaks() {
    LoadedData data =
        Csv.of(directory, "note,x,y", "\"a, \"\"b\"\"\nc\",\"1\",2", "d,3,4")
            .columns("x")
            .targets("y")
            .load();
    assertArrayEquals(new float[] {1, 3}, inputs(data.train()));
  }

  @Test
  void shouldCountLinesNotRecordsWhenCellsSpanLines() {
    String error =
        Csv.of(directory, "note,x,y", "\"a\nb\nc\",1,2", "d,oops,4")
            .columns("x")
            .targets("y")
            .error();
    assertEquals(
        table() + ", line 5, column 'x': expected a number but found 'oops'" + CATEGORIES, error);
  }

  @Test
  void shouldAcceptByteOrderMarkAndCarriageReturns() {
    LoadedData data =
        Csv.file(directory, "t.csv", "\uFEFFx,y\r\n1,2\r\n3,4\r\n\r\n")
            .targets("y")
            .columns("x")
            .load();
    assertArrayEquals(new float[] {1, 3}, inputs(data.train()));
  }

  private static byte[] gzip(String content) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(content.getBytes(StandardCharsets.UTF_8));
    }
    return packed.toByteArray();
  }

  @Test
  void shouldUnpackGzipByContent() throws IOException {
    Path path = Files.write(directory.resolve("t.csv"), gzip("x,y\n1,2\n"));
    assertArrayEquals(new float[] {1}, inputs(Csv.at(path).targets("y").load().train()));
  }

  @Test
  void shouldSayWhenAGzippedTableIsCut() throws IOException {
    byte[] packed = gzip("x,y\n" + "1,2\n".repeat(1000));
    Path path = Files.write(directory.resolve("t.gz"), Arrays.copyOf(packed, packed.length - 9));
    assertEquals(
        path + ": the gzip data ends early; is the file truncated?",
        Csv.at(path).targets("y").error());
  }

  @Test
  void shouldUseTheGivenSeparator() {
    LoadedData data = Csv.of(directory, "x;y", "1;2").separator(';').targets("y").load();
    assertArrayEquals(new float[] {1}, input(data.train(), 0));
    assertArrayEquals(new float[] {2}, target(data.train(), 0));
  }

  @Test
  void shouldIgnoreBlankLinesAtBothEnds() {
    LoadedData data =
        Csv.file(directory, "t.csv", "\n\nx,y\n1,2\n3,4\n\n  \n\n").targets("y").load();
    assertEquals(2, data.train().size());
  }

  @Test
  void shouldRefuseABlankLineInTheMiddle() {
    String error = Csv.of(directory, "x,y", "1,2", "", "3,4").targets("y").error();
    assertEquals(
        table() + ", line 3: expected 2 cells, as in the first line, but found a blank line",
        error);
  }

  @Test
  void shouldTakeABlankLineAsMissingWhenTheTableHasOneColumn() {
    LoadedData data =
        Csv.of(directory, "x", "1", "2", "", "4", "5", "6", "")
            .targets(0)
            .lags(1)
            .missing(DataSource.MissingValues.DROP)
            .load();
    assertArrayEquals(new float[] {1, 4, 5}, inputs(data.train()));
  }

  /** A quoted one that spans two lines among them. */
  @Test
  void shouldKnowWhereEachBlankLineBegins() {
    BlankLines blank = new BlankLines();
    CsvReader.builder().skipEmptyLines(false).ofCsvRecord("\n\n\"\n\"\n\n").forEach(blank::add);
    List<Long> lines = new ArrayList<>();
    blank.becomeRows((record, line) -> lines.add(line));
    blank.becomeRows((record, line) -> lines.add(line));
    assertEquals(List.of(1L, 2L, 3L, 5L), lines);
  }

  @Test
  void shouldNameLineAndCountsWhenARowIsRagged() {
    assertEquals(
        table() + ", line 3: expected 2 cells, as in the first line, but found 3",
        Csv.of(directory, "x,y", "1,2", "1,2,3").targets("y").error());
    assertEquals(
        table() + ", line 2: expected 3 cells, as in the first line, but found 2",
        Csv.of(directory, "x,y,z", "1,2").targets("y").error());
  }

  @Test
  void shouldNameLineAndColumnWhenCellIsText() {
    assertEquals(
        table() + ", line 3, column 'petal': expected a number but found 'abc'" + CATEGORIES,
        Csv.of(directory, "petal,y", "1,2", "abc,2").targets("y").error());
    assertEquals(
        table() + ", line 2, column 1: expected a number but found 'abc'" + CATEGORIES,
        Csv.of(directory, "1,2", "1,abc").targets(0).error());
  }

  @ParameterizedTest
  @ValueSource(strings = {"1d", "0x1p3", "1f", "1 2", "--1", "1e", "12%", "e", "."})
  void shouldRefuseWhatOnlyJavaOrNobodyCallsANumber(String cell) {
    assertEquals(
        table() + ", line 2, column 'x': expected a number but found '" + cell + "'" + CATEGORIES,
        Csv.of(directory, "x,y", cell + ",1").targets("y").error());
  }

  @ParameterizedTest
  @ValueSource(strings = {"inf", "-Infinity", "+INF"})
  void shouldRefuseInfinity(String cell) {
    assertEquals(
        table() + ", line 2, column 'x': expected a finite number but found '" + cell + "'",
        Csv.of(directory, "x,y", cell + ",1").targets("y").error());
  }

  @Test
  void shouldRefuseNumbersThatOverflow() {
    assertEquals(
        table() + ", line 2, column 'x': expected a number below 1.8e308 but found '1e999'",
        Csv.of(directory, "x,y", "1e999,1").targets("y").error());
    assertEquals(
        table()
            + ", line 2, column 'x': expected a number that fits 32-bit floats but found 1.0E300",
        Csv.of(directory, "x,y", "1e300,1").targets("y").error());
    assertEquals(
        table()
            + ", line 3, column 'y': expected a number that fits 32-bit floats but found -1.0E39",
        Csv.of(directory, "x,y", "1,1", "1,-1e39").targets("y").error());
  }

  @Test
  void shouldHintAtTheDecimalPoint() {
    assertEquals(
        table() + ", line 2, column 'x': expected a number with a decimal point but found '1,5'",
        Csv.of(directory, "x;y", "1,5;2").separator(';').targets("y").error());
  }

  @Test
  void shouldNotSpeakOfCategoriesWhereOnlyANumberWillDo() {
    assertEquals(
        table() + ", line 2, column 'y': expected a number but found 'abc'",
        Csv.of(directory, "x,y", "1,abc").targets("y").error());
  }

  @Test
  void shouldShortenLongTextAndKeepItOnOneLine() {
    String error =
        Csv.of(directory, "x,y", "1,\"2\n" + "3,4\n".repeat(30) + '"').targets("y").error();
    assertEquals(
        table()
            + ", line 2, column 'y': expected a number but found"
            + " '2\\n3,4\\n3,4\\n3,4\\n3,4\\n3,4\\n3,4\\n3,4\\n3,...'",
        error);
  }

  @Test
  void shouldSuspectAnOpenQuoteWhenAClassSpansLines() {
    String error = Csv.of(directory, "x,kind", "1,\"a", "2,b\"").label("kind").error();
    assertEquals(
        table()
            + ", line 2, column 'kind': expected a class on one line but found 'a\\n2,b'; is a"
            + " quote left open?",
        error);
  }

  @Test
  void shouldNameTheLineWhenQuotesAreBroken() {
    String found =
        ": expected a separator or the end of the line after a closing quote but found 'x' (0x78)";
    assertEquals(
        table() + ", line 2" + found, Csv.of(directory, "x,y", "1,\"2\"x").targets("y").error());
    assertEquals(
        table() + ", line 1" + found, Csv.of(directory, "\"x\"x,y", "1,2").targets("y").error());
  }

  @Test
  void shouldRefuseMoreCellsThanARowCanHave() {
    assertEquals(
        table() + ", line 2: expected at most 1048576 cells but found more",
        Csv.of(directory, "x,y", "1" + ",1".repeat(1 << 20)).targets("y").error());
    assertEquals(
        table() + ", line 2: expected 2 cells, as in the first line, but found 1048576",
        Csv.of(directory, "x,y", "1" + ",1".repeat((1 << 20) - 1)).targets("y").error());
  }

  @Test
  void shouldSuspectAnOpenQuoteInACellWithoutEnd() {
    assertEquals(
        table()
            + ", line 2: expected cells of at most 16777216 characters but found a longer one; is a"
            + " quote left open?",
        Csv.of(directory, "x,y", "1,\"2\n" + "3,4\n".repeat(1 << 22)).targets("y").error());
  }

  @ParameterizedTest
  @CsvSource({"''", "NA", "nan", "-NaN", "NULL", "?", "'  '"})
  void shouldNameTheCellWhenAValueIsMissing(String cell) {
    assertEquals(
        table()
            + ", line 3, column 'x': the value is missing (found '"
            + cell
            + "'); set missing to drop or mean to allow that",
        Csv.of(directory, "x,y", "1,2", cell + ",2").targets("y").error());
  }

  @Test
  void shouldNameTheCellWhenALabelIsMissing() {
    assertEquals(
        table()
            + ", line 2, column 'kind': the value is missing (found ''); set missing to drop or mean"
            + " to allow that",
        Csv.of(directory, "x,kind", "1,").label("kind").error());
  }

  @Test
  void shouldNotCareAboutCellsOfUnusedColumns() {
    LoadedData data =
        Csv.of(directory, "date,x,y", "1981-01-01,1,2", ",3,4").columns("x").targets("y").load();
    assertEquals(2, data.train().size());
  }

  @Test
  void shouldSayWhenThereIsNothingToRead() {
    assertEquals(
        table() + ": expected a table but the file is empty",
        Csv.file(directory, "table.csv", "").targets("y").error());
    assertEquals(
        table() + ": expected lines of data but found only a header",
        Csv.of(directory, "x,y").targets("y").error());
    Path missing = directory.resolve("none.csv");
    assertEquals(
        missing + ": expected a file but there is none", Csv.at(missing).targets("y").error());
    assertEquals(
        directory + ": expected a file but found a directory",
        Csv.at(directory).targets("y").error());
  }

  @Test
  void shouldHintAtTheSeparatorWhenTheFirstLineIsNotCut() {
    assertEquals(
        table()
            + ": there is no column 'y'; the columns are 'x;y' (the first line holds no ',' but"
            + " ';': should separator be \";\"?)",
        Csv.of(directory, "x;y", "1;2").targets("y").error());
    assertEquals(
        table()
            + ": expected a column index from 0 to 0 but found 1; the table has 1 columns (the"
            + " first line holds no ',' but '\\t': should separator be \"\\t\"?)",
        Csv.of(directory, "1\t2", "3\t4").targets(1).header(DataSource.Header.FALSE).error());
    assertEquals(
        table()
            + ", line 2: expected 1 cells, as in the first line, but found 2 (the first line holds"
            + " no ',' but ';': should separator be \";\"?)",
        Csv.of(directory, "x;y", "1,5;2").targets(0).lags(1).error());
    assertEquals(
        table()
            + ": there is no column 'y'; the columns are 'x,y' (the first line holds no ';' but"
            + " ',': should separator be \",\"?)",
        Csv.of(directory, "x,y", "1,2").separator(';').targets("y").error());
  }

  @Test
  void shouldHintAtTheSeparatorWhenNoLineIsCutThatShouldBe() {
    assertEquals(
        table()
            + ", line 3, column 'Temperatures': expected a number but found '1\\t2' (line 3 holds no ',' but '\\t': should"
            + " separator be \"\\t\"?)",
        Csv.of(directory, "Temperatures", "7", "1\t2").targets(0).lags(1).error());
    assertEquals(
        table() + ", line 3: expected 1 cells, as in the first line, but found 2",
        Csv.of(directory, "Temperatures", "7", "1;2,5").targets(0).lags(1).error());
  }

  @Test
  void shouldNotHintAtTheSeparatorOtherwise() {
    assertEquals(
        table() + ": there is no column 'wind'; the columns are 'x;1', 'y'",
        Csv.of(directory, "x;1,y", "1,2").targets("wind").error());
    Csv series = Csv.of(directory, "a;b", "1", "2").targets(0).lags(1);
    assertEquals(1, series.load().train().size());
  }

  @Test
  void shouldRefuseASeparatorThatCannotBeOne() {
    assertEquals(
        table() + ": expected a separator such as a comma, semicolon or tab but found '\\n'",
        Csv.of(directory, "x,y", "1,2").separator('\n').targets("y").error());
  }

  @Test
  void shouldNameTheLineOfAQuoteThatIsNeverClosed() {
    assertEquals(
        table()
            + ", line 3: expected 3 cells, as in the first line, but found 2, the last of which goes"
            + " on over several lines: is the quote in line 3 closed?",
        Csv.of(directory, "a,b,y", "1,2,3", "4,\"5,6", "7,8,9", "1,2,3\"").targets("y").error());
  }

  /** However it opens: in the middle, with the last line, or as the last character. */
  @ParameterizedTest
  @ValueSource(strings = {"\"5\n7,8\n1,2\n", "\"5\r\n", "\"5\r", "\"5", "\"", "\"\n\n", "\"\"\"5"})
  void shouldNameTheLineOfAQuoteThatIsOpenAtTheEnd(String rest) {
    Csv table = Csv.file(directory, "table.csv", "a,y\n1,2\n4," + rest);
    String expected =
        table()
            + ", line 3: expected the quote that opens here to be closed but found the end of the"
            + " file";
    assertEquals(expected, table.targets("y").error());
    assertEquals(expected, table.missing(DataSource.MissingValues.DROP).error());
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"5\"", "\"5\n\n\"", "\"5\n\n\"\n", "5", "5\r", "5\n\n\n", "5\"\""})
  void shouldTakeAQuoteThatIsClosedAtTheEnd(String last) {
    Csv table = Csv.file(directory, "table.csv", "x,y\n1,b\n4," + last).label("y");
    assertEquals(2, table.load().train().size());
  }
}
