package dev.yamabiko.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.tensor.Shape;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which bytes are text, and what is said of those that are not. */
class CsvTextTest {

  @TempDir private Path directory;

  private Csv table(Charset charset, String text) throws IOException {
    return table(text.getBytes(charset));
  }

  private Csv table(byte[] bytes) throws IOException {
    return Csv.at(Files.write(directory.resolve("t.csv"), bytes));
  }

  private String found(Csv table) {
    return table.error().replace(directory + "/", "").replaceFirst(", which.*", "");
  }

  private static List<String> classes(Csv table) {
    return ((Targets.Classes) table.label("k").load().train().targets()).names();
  }

  @Test
  void shouldRefuseLatinClassesRatherThanMakeOneOfThem() throws IOException {
    Csv table = table(StandardCharsets.ISO_8859_1, "x,k\n1,\u00e9\n2,\u00e8\n3,\u00e9\n");
    assertEquals("t.csv, line 2: expected UTF-8 but found the byte 0xE9", found(table.label("k")));
  }

  @Test
  void shouldRefuseLatinCategoriesAndColumnNames() throws IOException {
    Csv categories = table(StandardCharsets.ISO_8859_1, "c,y\r\na,1\r\n\u00fc,2\r\n");
    assertEquals(
        "t.csv, line 3: expected UTF-8 but found the byte 0xFC",
        found(categories.categorical("c").targets("y")));
    Csv names = table(StandardCharsets.ISO_8859_1, "h\u00f6he,y\n1,2\n");
    assertEquals("t.csv, line 1: expected UTF-8 but found the byte 0xF6", found(names.targets(1)));
  }

  @Test
  void shouldRefuseATableForPredictionsToo() throws IOException {
    Csv table = table(StandardCharsets.ISO_8859_1, "c,y\na,1\n\u00e9,2\n");
    List<LoadedData.Scaling> scaling = List.of(new LoadedData.Scaling("c", List.of("a", "b")));
    CsvInputs inputs =
        new CsvInputs(table.categorical("c").columns("c").source(), scaling, Shape.of(2));
    String error = Loading.errorOf(() -> inputs.read((origin, input) -> {}));
    assertTrue(error.contains("t.csv, line 3: expected UTF-8 but found the byte 0xE9"), error);
  }

  @ParameterizedTest
  @ValueSource(ints = {1 << 16, (1 << 16) + 1, 3 << 16})
  void shouldFindCharactersWhereBuffersMeet(int at) throws IOException {
    String row = "1,b\r\n";
    String rows = row.repeat(at / row.length());
    for (int shift = 0; shift < row.length(); shift++) {
      Csv table = table(StandardCharsets.UTF_8, "x,k\r\n" + "0".repeat(shift) + rows + "2,\u5c71");
      assertEquals(List.of("b", "\u5c71"), classes(table));
    }
    byte[] torn = ("x,k\r\n" + rows + "2,\u5c71").getBytes(StandardCharsets.UTF_8);
    int line = at / row.length() + 2;
    assertEquals(
        "t.csv, line " + line + ": expected UTF-8 but found the byte 0xE5",
        found(table(Arrays.copyOf(torn, torn.length - 1)).label("k")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-8", "UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE"})
  void shouldBelieveAByteOrderMark(String charset) throws IOException {
    Csv table = table(Charset.forName(charset), "\ufeffx,k\n1,\u00e9\n2,\u00e8\n");
    assertEquals(List.of("\u00e8", "\u00e9"), classes(table));
    assertEquals(InputFile.TABLE, InputFile.of(table.source().path()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE"})
  void shouldTellWhereTheByteOrderMarkIsMissing(String charset) throws IOException {
    Csv table = table(Charset.forName(charset), "x,k\n1,a\n2,b\n").label("k");
    assertEquals("t.csv, line 1: expected text but found the character 0", found(table));
  }

  @Test
  void shouldRefuseHalfACharacterOfAnotherCharset() throws IOException {
    byte[] bytes = "\ufeffx,k\n1,a\n2,b".getBytes(StandardCharsets.UTF_16LE);
    assertEquals(
        "t.csv, line 3: expected UTF-16LE but found the byte 0x62",
        found(table(Arrays.copyOf(bytes, bytes.length - 1)).label("k")));
  }

  @Test
  void shouldTakeATableOfOneByteForATable() throws IOException {
    assertTrue(found(table(new byte[] {'x'}).targets(0)).startsWith("t.csv"));
  }
}
