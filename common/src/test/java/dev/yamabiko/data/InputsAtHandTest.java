package dev.yamabiko.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.tensor.Shape;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.function.Consumer;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rows, images and numbers that a program has at hand become the very inputs that files become. */
class InputsAtHandTest {

  @TempDir private Path directory;

  private record Input(InputOrigin origin, List<Float> values) {}

  private static ModelInputs trainedOn(DataSource source) {
    LoadedData data = Loading.load(source);
    return new ModelInputs(
        source, data.train().inputShape(), data.inputType(), data.columns(), data.scaling());
  }

  private static List<Input> collect(Consumer<InputSink> reading) {
    List<Input> inputs = new ArrayList<>();
    reading.accept(
        (origin, input) -> {
          List<Float> values = new ArrayList<>();
          for (float value : input) {
            values.add(value);
          }
          inputs.add(new Input(origin, values));
        });
    return inputs;
  }

  private static List<Input> made(ModelInputs inputs, List<Map<String, Object>> rows) {
    return collect(
        sink -> {
          RowInputs to = inputs.rows("rows", sink);
          rows.forEach(to::add);
          to.end();
        });
  }

  /** Numbers of unlike size, which their scaling rounds, and a column of words. */
  private Csv table(int rows) {
    Random random = new Random(4);
    StringBuilder text = new StringBuilder("width,soil,height,kind\n");
    for (int i = 0; i < rows; i++) {
      String soil = List.of("sand", "loam", "clay").get(i % 3);
      text.append(random.nextGaussian()).append(',').append(soil).append(',');
      text.append(1e6 * random.nextDouble()).append(',').append(i % 2 == 0 ? "a" : "b");
      text.append('\n');
    }
    return Csv.file(directory, "table.csv", text.toString())
        .label("kind")
        .categorical("soil")
        .normalize(DataSource.Normalization.STANDARD, DataSource.Normalization.NONE);
  }

  /** The table's cells by column, numbers as numbers where that is asked for. */
  private List<Map<String, Object>> rows(boolean numbers, String... columns) throws IOException {
    List<String> lines = Files.readAllLines(directory.resolve("table.csv"));
    List<String> header = List.of(lines.get(0).split(","));
    List<Map<String, Object>> rows = new ArrayList<>();
    for (String line : lines.subList(1, lines.size())) {
      String[] cells = line.split(",");
      Map<String, Object> row = new LinkedHashMap<>();
      for (String column : columns) {
        String cell = cells[header.indexOf(column)];
        boolean isNumber = numbers && CsvCell.isNumber(cell);
        row.put(column, isNumber ? (Object) Double.valueOf(cell) : cell);
      }
      rows.add(row);
    }
    return rows;
  }

  @Test
  void shouldMakeOfRowsWhatItReadsFromTheirTable() throws IOException {
    ModelInputs inputs = trainedOn(table(40).source());
    List<Input> read = collect(sink -> inputs.read(directory.resolve("table.csv"), sink));
    assertEquals(40, read.size());
    assertEquals(read, made(inputs, rows(true, "width", "soil", "height")));
    assertEquals(read, made(inputs, rows(false, "height", "width", "soil")));
  }

  @Test
  void shouldMakeWindowsOfASeriesAndAskForTheRowBehindThem() throws IOException {
    Csv table =
        Csv.file(directory, "table.csv", "day,Temp\n1,10.1\n2,11.7\n3,9.3\n4,12.9\n5,8\n")
            .targets("Temp")
            .lags(3)
            .normalize(DataSource.Normalization.MIN_MAX, DataSource.Normalization.NONE);
    ModelInputs inputs = trainedOn(table.source());
    List<Input> all = made(inputs, rows(true, "Temp"));
    List<Input> read = collect(sink -> inputs.read(directory.resolve("table.csv"), sink));
    assertEquals(List.of(3L, 4L, 5L), all.stream().map(InputsAtHandTest::row).toList());
    assertEquals(read, all.subList(0, 2));
    // A file asks for the row behind its last one by a row without a value.
    Files.writeString(
        directory.resolve("more.csv"), Files.readString(directory.resolve("table.csv")) + "6,\n");
    assertEquals(all, collect(sink -> inputs.read(directory.resolve("more.csv"), sink)));
    String few = Loading.errorOf(() -> made(inputs, List.of(Map.of("Temp", 1))));
    assertEquals("lags = 3 needs at least 3 rows, oldest first, but found 1", few);
  }

  /** In a table of one column it is a row whose cell is missing, as in training. */
  @Test
  void shouldTakeABlankLineAsTrainingDoes() throws IOException {
    Csv table =
        Csv.of(directory, "t", "1", "2", "", "4", "5", "6", "")
            .targets("t")
            .lags(1)
            .missing(DataSource.MissingValues.MEAN)
            .normalize(DataSource.Normalization.STANDARD, DataSource.Normalization.NONE);
    ModelInputs filling = trainedOn(table.source());
    Path path = directory.resolve("table.csv");
    Path marked = Files.writeString(directory.resolve("na.csv"), "t\n1\n2\nNA\n4\n5\n6\n");
    List<Input> read = collect(sink -> filling.read(path, sink));
    assertEquals(List.of(1L, 2L, 3L, 4L, 5L), read.stream().map(InputsAtHandTest::row).toList());
    assertEquals(collect(sink -> filling.read(marked, sink)), read);
    ModelInputs dropping = trainedOn(table.missing(DataSource.MissingValues.DROP).source());
    assertEquals(
        path
            + ", line 4, column 't': the value is missing (found ''); a prediction needs every"
            + " input",
        Loading.errorOf(() -> collect(sink -> dropping.read(path, sink))));
    ModelInputs ofTwo = trainedOn(Csv.of(directory, "x,t", "1,2", "3,4").targets("t").source());
    Files.writeString(path, "x,t\n1,2\n\n\n3,4\n\n");
    assertEquals(
        path + ", line 3: expected 2 cells, as in the first line, but found a blank line",
        Loading.errorOf(() -> collect(sink -> ofTwo.read(path, sink))));
  }

  private static long row(Input input) {
    return ((InputOrigin.Row) input.origin()).number();
  }

  private static List<String> names(Csv table) {
    InputForm.Table form = (InputForm.Table) trainedOn(table.source()).form();
    return form.columns().stream().map(InputColumn::name).toList();
  }

  @Test
  void shouldCallColumnsAsTheHeaderDoes() {
    DataSource.Normalization standard = DataSource.Normalization.STANDARD;
    DataSource.Normalization none = DataSource.Normalization.NONE;
    String[] named = {"x,y,x,t", "1,2,3,4", "2,4,5,6"};
    Csv byIndex = Csv.of(directory, named).columns(0, 1).targets(3);
    assertEquals(List.of("x", "y"), names(byIndex.normalize(standard, none)));
    // Of a job that scales nothing the model keeps no names but those that the job has.
    assertEquals(List.of("0", "1"), names(byIndex.normalize(none, none)));
    Csv shared = Csv.of(directory, named).columns(0, 1, 2).targets(3).normalize(standard, none);
    assertEquals(List.of("column 0", "y", "column 2"), names(shared));
    Csv plain = Csv.of(directory, "1,2,3", "4,5,6").targets(2);
    assertEquals(List.of("0", "1"), names(plain.normalize(standard, none)));
  }

  /** In training the label's name told that there is a header; here nobody gives a label. */
  @Test
  void shouldKnowAHeaderAgainByTheNamesOfItsColumns() throws IOException {
    Csv words = Csv.of(directory, "colour,size,bought", "red,big,yes", "blue,small,no");
    Csv table = words.columns(0, 1).categorical(0, 1).label("bought").unknownAsZeros();
    ModelInputs inputs = trainedOn(table.source());
    List<Input> read = collect(sink -> inputs.read(directory.resolve("table.csv"), sink));
    assertEquals(made(inputs, rows(false, "colour", "size")), read);
    Path bare = Files.writeString(directory.resolve("bare.csv"), "red,big\nblue,small\n");
    assertEquals(read, collect(sink -> inputs.read(bare, sink)));
    Path other = Files.writeString(directory.resolve("other.csv"), "red,big\nred,size\n");
    assertEquals(2, collect(sink -> inputs.read(other, sink)).size());

    Csv years = Csv.of(directory, "1990,1991,class", "3,5,a", "4,4,b").columns(0, 1).label("class");
    DataSource.Normalization standard = DataSource.Normalization.STANDARD;
    ModelInputs ofYears =
        trainedOn(years.normalize(standard, DataSource.Normalization.NONE).source());
    assertEquals(2, collect(sink -> ofYears.read(directory.resolve("table.csv"), sink)).size());
  }

  /** A column without a name is called by its index, which may also stand in its first cell. */
  @Test
  void shouldNotTakeIndexesForNames() throws IOException {
    Csv plain = Csv.of(directory, "0,1,5", "3,4,6").targets(2);
    for (DataSource.Normalization inputs : DataSource.Normalization.values()) {
      ModelInputs model =
          trainedOn(plain.normalize(inputs, DataSource.Normalization.NONE).source());
      assertEquals(2, collect(sink -> model.read(directory.resolve("table.csv"), sink)).size());
    }
  }

  @Test
  void shouldSayWhatARowIsMadeOf() {
    Csv table =
        Csv.of(directory, "x,day,t", "1,mon,0", "3,fri,1", "8,mon,2")
            .targets("t")
            .categorical("day");
    InputColumn day = new InputColumn("day", List.of("fri", "mon"), OptionalDouble.empty());
    for (var typical :
        Map.of(
                DataSource.Normalization.STANDARD, OptionalDouble.of(4),
                DataSource.Normalization.MIN_MAX, OptionalDouble.of(4.5),
                DataSource.Normalization.NONE, OptionalDouble.empty())
            .entrySet()) {
      Csv scaled = table.normalize(typical.getKey(), DataSource.Normalization.NONE);
      InputColumn x = new InputColumn("x", List.of(), typical.getValue());
      assertEquals(new InputForm.Table(List.of(x, day), 0), trainedOn(scaled.source()).form());
    }
  }

  private static Map<String, Object> row(String cells) {
    Map<String, Object> row = new LinkedHashMap<>();
    for (String cell : cells.split(" ")) {
      String[] parts = cell.split("=");
      row.put(
          parts[0],
          switch (parts[1]) {
            case "null" -> null;
            case "NaN" -> Double.NaN;
            case "1e300" -> 1e300;
            case "true" -> true;
            case "list" -> List.of(1);
            default -> parts[1];
          });
    }
    return row;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "x=1               | row 1: there is no value of 'day'; the input columns are 'x', 'day'",
        "x=1 dya=mon       | row 1: there is no column 'dya' (did you mean 'day'?); the input columns are 'x', 'day'",
        "x=1 day=mon label=2 | row 1: there is no column 'label'; the input columns are 'x', 'day'",
        "x=one day=mon     | row 1, column 'x': expected a number but found 'one'",
        "x=null day=mon    | row 1, column 'x': the value is missing (found none); a prediction needs every input",
        "x=? day=mon       | row 1, column 'x': the value is missing (found '?'); a prediction needs every input",
        "x=NaN day=mon     | row 1, column 'x': expected a finite number but found NaN",
        "x=1e300 day=mon   | row 1, column 'x': expected a number that fits 32-bit floats but found '1.0E300'",
        "x=true day=mon    | row 1, column 'x': expected a number but found 'true'",
        "x=list day=mon    | row 1, column 'x': expected a number but found '[1]'",
        "x=1 day=sun       | row 1, column 'day': category 'sun' does not occur in the training part, whose categories are 'fri', 'mon'"
      })
  void shouldRefuseRowsThatDoNotFit(String cells, String says) {
    Csv table = Csv.of(directory, "x,day,t", "1,mon,0", "3,fri,1").targets("t").categorical("day");
    ModelInputs inputs = trainedOn(table.source());
    List<Map<String, Object>> rows = List.of(Map.of("x", 1, "day", "mon"), row(cells));
    assertEquals(says, Loading.errorOf(() -> made(inputs, rows)));
  }

  @Test
  void shouldRefuseWhatIsNoRow() {
    Csv table = Csv.of(directory, "x,day,t", "1,mon,0", "3,fri,1").targets("t").categorical("day");
    ModelInputs inputs = trainedOn(table.source());
    List<Map<String, Object>> rows = new ArrayList<>();
    rows.add(Map.of("x", 1, "day", "mon"));
    rows.add(null);
    assertEquals(
        "row 1: expected values of the input columns 'x', 'day' but found null",
        Loading.errorOf(() -> made(inputs, rows)));
    Map<String, Object> unnamed = new LinkedHashMap<>();
    unnamed.put(null, 1);
    assertEquals(
        "row 0: there is no column 'null'; the input columns are 'x', 'day'",
        Loading.errorOf(() -> made(inputs, List.of(unnamed))));
  }

  @Test
  void shouldTakeTruthValuesAndWholeNumbersForCategories() {
    Csv table =
        Csv.of(directory, "x,y,t", "true,1,0", "false,2,1").targets("t").categorical("x", "y");
    List<Input> made =
        made(
            trainedOn(table.source()),
            List.of(Map.of("x", false, "y", 1), Map.of("x", "true", "y", "2")));
    assertEquals(List.of(1f, 0f, 1f, 0f), made.get(0).values());
    assertEquals(List.of(0f, 1f, 0f, 1f), made.get(1).values());
  }

  @Test
  void shouldFillInTheMeanAsTrainingDidWhereTheModelKnowsIt() {
    Csv table =
        Csv.file(directory, "table.csv", "x,z,y\n1,5,0\n3,7,0\n,9,0\n")
            .targets("y")
            .missing(DataSource.MissingValues.MEAN)
            .normalize(DataSource.Normalization.STANDARD, DataSource.Normalization.NONE);
    ModelInputs inputs = trainedOn(table.source());
    Dataset training = table.load().train();
    List<Input> seen =
        collect(
            sink -> {
              for (int i = 0; i < 3; i++) {
                sink.accept(new InputOrigin.Row(i), Loading.input(training, i));
              }
            });
    assertEquals(seen, collect(sink -> inputs.read(directory.resolve("table.csv"), sink)));
    Map<String, Object> gap = new LinkedHashMap<>();
    gap.put("x", null);
    gap.put("z", 9);
    assertEquals(seen.get(2).values(), made(inputs, List.of(gap)).get(0).values());
    table.missing(DataSource.MissingValues.DROP);
    ModelInputs dropping = trainedOn(table.source());
    assertEquals(
        "row 0, column 'x': the value is missing (found none); a prediction needs every input",
        Loading.errorOf(() -> made(dropping, List.of(gap))));
  }

  /** As of genes or spectra: more than FastCSV's own limit. */
  @Test
  void shouldTakeTablesOfManyColumns() throws IOException {
    int columns = 60_000;
    StringBuilder header = new StringBuilder();
    StringBuilder line = new StringBuilder();
    Map<String, Object> row = new LinkedHashMap<>();
    for (int i = 0; i < columns; i++) {
      header.append("gene ").append(i).append(',');
      line.append(i % 7).append(',');
      row.put("gene " + i, i % 7);
    }
    String text = header + "y\n" + line + "1\n" + line + "2\n";
    Csv table = Csv.file(directory, "table.csv", text).targets("y");
    ModelInputs inputs = trainedOn(table.source());
    assertEquals(Shape.of(columns), inputs.shape());
    List<Input> read = collect(sink -> inputs.read(directory.resolve("table.csv"), sink));
    assertEquals(2, read.size());
    assertEquals(read.get(0).values(), made(inputs, List.of(row)).get(0).values());
  }

  // --- Images -----------------------------------------------------------------------------------

  private static BufferedImage picture(int width, int height, long seed) {
    Random random = new Random(seed);
    return ImageFiles.rgb(width, random.ints((long) width * height, 0, 1 << 24).toArray());
  }

  private ModelInputs ofImages(Optional<DataSource.ImageSize> size) {
    for (String name : List.of("a/1.png", "b/1.png")) {
      ImageFiles.write(directory.resolve("photos").resolve(name), picture(8, 6, name.hashCode()));
    }
    return trainedOn(
        new DataSource.Images(directory.resolve("photos"), size, DataSource.Colour.GREY));
  }

  @ParameterizedTest
  @CsvSource({"png, 31, 17", "jpg, 31, 17", "png, 8, 6", "gif, 5, 40"})
  void shouldMakeOfAnImageWhatItReadsFromItsFile(String format, int width, int height)
      throws IOException {
    ModelInputs inputs = ofImages(Optional.of(new DataSource.ImageSize(6, 8)));
    Path file = directory.resolve("new." + format);
    ImageFiles.write(file, picture(width, height, 3));
    List<Input> read = collect(sink -> inputs.read(file, sink));
    byte[] content = Files.readAllBytes(file);
    float[] made = inputs.image("new", new ByteArrayInputStream(content), DecodingGuard.NONE);
    assertEquals(read.get(0).values(), collect(sink -> sink.accept(null, made)).get(0).values());
    if (format.equals("png")) {
      assertArrayEquals(made, inputs.image("new", picture(width, height, 3)));
    }
  }

  @Test
  void shouldRefuseImagesOfAnotherSizeWhereTrainingStretchedNone() {
    ModelInputs inputs = ofImages(Optional.empty());
    assertEquals(new InputForm.Image(Shape.of(1, 6, 8), false, true), inputs.form());
    String refused = Loading.errorOf(() -> inputs.image("it", picture(9, 6, 1)));
    assertTrue(refused.startsWith("it: expected an image of 6x8 (height x width)"), refused);
  }

  /** A PNG that claims to be huge: decoded, it would take gigabytes. */
  private static byte[] huge() {
    ByteBuffer header = ByteBuffer.allocate(17);
    header.put(new byte[] {'I', 'H', 'D', 'R'}).putInt(60_000).putInt(40_000);
    header.put(new byte[] {8, 2, 0, 0, 0});
    CRC32 crc = new CRC32();
    crc.update(header.array());
    ByteBuffer file = ByteBuffer.allocate(33);
    file.put(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'});
    return file.putInt(13).put(header.array()).putInt((int) crc.getValue()).array();
  }

  @Test
  void shouldRefuseHugeImagesBeforeTheyAreDecoded() {
    ModelInputs inputs = ofImages(Optional.of(new DataSource.ImageSize(6, 8)));
    String refused =
        Loading.errorOf(
            () -> inputs.image("it", new ByteArrayInputStream(huge()), DecodingGuard.NONE));
    assertEquals(
        "it: expected an image of at most 134217728 pixels but the header says 40000x60000",
        refused);
    String nothing =
        Loading.errorOf(
            () -> inputs.image("it", new ByteArrayInputStream(new byte[5]), DecodingGuard.NONE));
    assertTrue(nothing.contains("expected a PNG, JPEG, GIF or BMP image"), nothing);
  }

  // --- Numbers ----------------------------------------------------------------------------------

  @Test
  void shouldMakeOfPixelsWhatItReadsFromAnIdxFile() throws IOException {
    ByteBuffer images = ByteBuffer.allocate(16 + 2 * 12);
    images.put(new byte[] {0, 0, 8, 3}).putInt(2).putInt(3).putInt(4);
    double[][] pixels = new double[2][12];
    Random random = new Random(2);
    for (double[] image : pixels) {
      for (int i = 0; i < image.length; i++) {
        image[i] = random.nextInt(256);
        images.put((byte) image[i]);
      }
    }
    Files.write(directory.resolve("images.idx"), images.array());
    Files.write(directory.resolve("labels.idx"), new byte[] {0, 0, 8, 1, 0, 0, 0, 2, 0, 1});
    ModelInputs inputs =
        trainedOn(
            new DataSource.Idx(directory.resolve("images.idx"), directory.resolve("labels.idx")));
    assertEquals(new InputForm.Image(Shape.of(1, 3, 4), false, true), inputs.form());
    assertEquals(
        collect(sink -> inputs.read(directory.resolve("images.idx"), sink)),
        collect(
            sink -> {
              for (int i = 0; i < 2; i++) {
                sink.accept(new InputOrigin.Row(i), inputs.numbers("it", pixels[i]));
              }
            }));
    pixels[0][5] = 0.5;
    assertEquals(
        "it, number 5: expected a whole number from 0 to 255 but found 0.5",
        Loading.errorOf(() -> inputs.numbers("it", pixels[0])));
    assertEquals(
        "it: expected 12 numbers, of shape [1, 3, 4], but found 3",
        Loading.errorOf(() -> inputs.numbers("it", new double[3])));
    assertEquals(
        "rows: the model was not trained on a table; expected an image of shape [1, 3, 4] but found rows",
        Loading.errorOf(() -> inputs.rows("rows", null)));
  }

  @Test
  void shouldScaleNumbersAsTheArrayWasScaled() throws IOException {
    float[] x = {0.1f, -7.25f, 1e-8f, 3e7f, 0.3f, -0f};
    Npy.write(directory, "x.npy", Npy.bytes("<f4", "(2, 3)", Npy.floats(x)));
    Npy.write(directory, "y.npy", Npy.bytes("|u1", "(2,)", Npy.of(0, 1)));
    ModelInputs inputs =
        trainedOn(
            new DataSource.Npy(
                directory.resolve("x.npy"),
                Optional.of(directory.resolve("y.npy")),
                Optional.empty(),
                0.037));
    assertEquals(new InputForm.Numbers(Shape.of(3), false), inputs.form());
    assertEquals(
        collect(sink -> inputs.read(directory.resolve("x.npy"), sink)),
        collect(
            sink -> {
              sink.accept(
                  new InputOrigin.Row(0), inputs.numbers("a", new double[] {x[0], x[1], x[2]}));
              sink.accept(
                  new InputOrigin.Row(1), inputs.numbers("b", new double[] {x[3], x[4], x[5]}));
            }));
    assertEquals(
        "it, number 1: expected a finite number that, scaled, fits 32-bit floats but found NaN",
        Loading.errorOf(() -> inputs.numbers("it", new double[] {1, Double.NaN, 1})));
  }

  /** The values of a byte are known where the array held bytes; floats may go from 0 to 1. */
  @Test
  void shouldTakeImagesForAnArrayOfBytesAlone() throws IOException {
    Path labels = Npy.write(directory, "y.npy", Npy.bytes("|u1", "(1,)", Npy.of(0)));
    Path bytes = Npy.write(directory, "b.npy", Npy.bytes("|u1", "(1, 1, 3, 4)", new byte[12]));
    Path floats = Npy.write(directory, "f.npy", Npy.bytes("<f4", "(1, 1, 3, 4)", new byte[48]));
    Path image = ImageFiles.write(directory.resolve("folder/a.png"), picture(4, 3, 1));
    Path idx = directory.resolve("images.idx");
    ByteBuffer content = ByteBuffer.allocate(16 + 12).put(new byte[] {0, 0, 8, 3});
    Files.write(idx, content.putInt(1).putInt(3).putInt(4).array());
    Shape shape = Shape.of(1, 3, 4);
    List<DataSource.Npy> sources = new ArrayList<>();
    for (Path inputs : List.of(bytes, floats)) {
      for (double scale : new double[] {1, 0.5}) {
        sources.add(new DataSource.Npy(inputs, Optional.of(labels), Optional.empty(), scale));
      }
    }
    List<ModelInputs> taking = new ArrayList<>();
    taking.add(trainedOn(sources.get(0)));
    taking.add(trainedOn(sources.get(1)));
    // An older model does not say what its array held.
    taking.add(new ModelInputs(sources.get(1), shape, List.of(), List.of()));
    for (ModelInputs inputs : taking) {
      assertEquals(new InputForm.Image(shape, false, false), inputs.form());
      assertEquals(1, collect(sink -> inputs.read(image, sink)).size());
      assertEquals(1, collect(sink -> inputs.read(idx, sink)).size());
    }
    Map<ModelInputs, String> refusing =
        Map.of(
            trainedOn(sources.get(2)),
            "f4",
            trainedOn(sources.get(3)),
            "f4",
            new ModelInputs(sources.get(0), shape, List.of(), List.of()),
            "a dtype that is not known");
    refusing.forEach(
        (inputs, type) -> {
          assertEquals(new InputForm.Numbers(shape, false), inputs.form());
          String begin = ": the model was trained on a .npy array of " + type + ", not on bytes as";
          String end = "; expected a .npy file, or numbers as in training, but found ";
          Map<String, Executable> asked =
              Map.of(
                  "it",
                  () -> inputs.image("it", picture(4, 3, 1)),
                  image.toString(),
                  () -> inputs.read(image, null),
                  image.getParent().toString(),
                  () -> inputs.read(image.getParent(), null),
                  idx.toString(),
                  () -> inputs.read(idx, null));
          asked.forEach(
              (name, asking) -> {
                String why = Loading.errorOf(asking);
                assertTrue(why.startsWith(name + begin) && why.contains(end), why);
              });
        });
  }

  /** Whether it makes 0 to 1 of a byte, or -1 to 1, is in its code alone. */
  @Test
  void shouldTakeNothingButNumbersWhereASourceOfAnExtensionMadeThem() throws IOException {
    DataSource.Extended mine =
        new DataSource.Extended("mine", "mine 1", Map.of(), Map.of(), () -> null);
    Shape shape = Shape.of(1, 3, 4);
    ModelInputs inputs = new ModelInputs(mine, shape, List.of(), List.of());
    assertEquals(new InputForm.Numbers(shape, false), inputs.form());
    float[] numbers = {-1, 0.5f, 3, 255, 256, 0, 1, 2, 3, 4, 5, 6};
    double[] given = new double[numbers.length];
    for (int i = 0; i < given.length; i++) {
      given[i] = numbers[i];
    }
    assertArrayEquals(numbers, inputs.numbers("it", given));
    Npy.write(directory, "x.npy", Npy.bytes("<f4", "(1, 1, 3, 4)", Npy.floats(numbers)));
    List<Input> read = collect(sink -> inputs.read(directory.resolve("x.npy"), sink));
    assertEquals(collect(sink -> sink.accept(new InputOrigin.Row(0), numbers)), read);

    Path image = ImageFiles.write(directory.resolve("folder/a.png"), picture(4, 3, 1));
    Path idx = directory.resolve("images.idx");
    ByteBuffer content = ByteBuffer.allocate(16 + 12).put(new byte[] {0, 0, 8, 3});
    Files.write(idx, content.putInt(1).putInt(3).putInt(4).array());
    Map<String, Executable> refused =
        Map.of(
            "it",
            () -> inputs.image("it", picture(4, 3, 1)),
            image.toString(),
            () -> inputs.read(image, null),
            image.getParent().toString(),
            () -> inputs.read(image.getParent(), null),
            idx.toString(),
            () -> inputs.read(idx, null));
    refused.forEach(
        (name, asking) -> {
          String why = Loading.errorOf(asking);
          String begin = ": the model was trained on data source mine of an extension, which alone";
          assertTrue(why.startsWith(name + begin), why);
          assertTrue(why.contains("expected numbers as it gives them but found "), why);
        });
  }

  @Test
  void shouldTakeNothingButRowsForATable() {
    ModelInputs inputs = trainedOn(table(4).source());
    for (Executable asking :
        List.<Executable>of(
            () -> inputs.numbers("it", new double[5]),
            () -> inputs.image("it", picture(2, 2, 1)))) {
      String refused = Loading.errorOf(asking);
      assertTrue(
          refused.startsWith("it: the model was trained on a table; expected a table"), refused);
    }
  }
}
