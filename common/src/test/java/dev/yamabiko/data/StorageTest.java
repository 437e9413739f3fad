package dev.yamabiko.data;

import static dev.yamabiko.data.DataSource.MissingValues.DROP;
import static dev.yamabiko.data.DataSource.MissingValues.MEAN;
import static dev.yamabiko.data.DataSource.Normalization.MIN_MAX;
import static dev.yamabiko.data.DataSource.Normalization.NONE;
import static dev.yamabiko.data.DataSource.Normalization.STANDARD;
import static dev.yamabiko.data.Loading.errorOf;
import static dev.yamabiko.data.Loading.input;
import static dev.yamabiko.data.Loading.target;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where examples are kept never changes a bit of them. */
class StorageTest {

  @TempDir private Path directory;

  private Path cache() {
    return directory.resolve("cache");
  }

  /** Every kind of source, and what its examples are when they are kept. */
  enum Kind {
    NPY_FLOATS,
    NPY_BIG_DOUBLES,
    NPY_BYTES,
    NPY_GZIP,
    NPY_FORTRAN,
    NPY_FORTRAN_GZIP,
    IDX,
    IDX_GZIP,
    DIGITS,
    SPIRALS,
    SINE,
    TABLE_NUMBERS,
    TABLE_CATEGORIES,
    TABLE_LAGS,
    TABLE_DROPPED,
    TABLE_FILLED,
    TABLE_GZIP,
    IMAGES
  }

  private static byte[] random(int count) {
    byte[] bytes = new byte[count];
    new Random(count).nextBytes(bytes);
    return bytes;
  }

  private static byte[] idx(int[] dimensions, byte[] elements) throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.write(new byte[] {0, 0, 8, (byte) dimensions.length});
    for (int d : dimensions) {
      file.write(new byte[] {0, 0, (byte) (d >> 8), (byte) d});
    }
    file.write(elements);
    return file.toByteArray();
  }

  private static byte[] gzip(byte[] content) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(content);
    }
    return packed.toByteArray();
  }

  private DataSource npy(byte[] inputs, double scale) {
    byte[] targets = Npy.bytes("<f4", "(7, 3)", Npy.floats(new float[21]));
    for (int i = 0; i < 21; i++) {
      targets[targets.length - 84 + 4 * i + 3] = (byte) (0x38 + i % 8);
    }
    return new DataSource.Npy(
        Npy.write(directory, "x.npy", inputs),
        Optional.empty(),
        Optional.of(Npy.write(directory, "t.npy", targets)),
        scale);
  }

  private static byte[] fortran(float[] floats) {
    String dict = "{'descr': '<f4', 'fortran_order': True, 'shape': (7, 5)}";
    return Npy.withHeader(1, dict, Npy.floats(floats));
  }

  private DataSource idxSource(boolean packed) throws IOException {
    byte[] images = idx(new int[] {9, 3, 5}, random(135));
    byte[] labels = idx(new int[] {9}, Npy.of(0, 1, 2, 3, 4, 5, 4, 3, 2));
    return new DataSource.Idx(
        Npy.write(directory, "images", packed ? gzip(images) : images),
        Npy.write(directory, "labels", packed ? gzip(labels) : labels));
  }

  private DataSource source(Kind kind) throws IOException {
    float[] floats = new float[35];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) Math.sqrt(i) - 3;
    }
    return switch (kind) {
      case NPY_FLOATS -> npy(Npy.bytes("<f4", "(7, 5)", Npy.floats(floats)), 1);
      case NPY_BIG_DOUBLES -> {
        byte[] doubles = new byte[280];
        for (int i = 0; i < 35; i++) {
          doubles[8 * i] = 0x40;
          doubles[8 * i + 1] = (byte) (3 * i);
          doubles[8 * i + 7] = (byte) i;
        }
        yield npy(Npy.bytes(">f8", "(7, 5)", doubles), 0.7);
      }
      case NPY_BYTES -> npy(Npy.bytes("|u1", "(7, 5)", random(35)), 1 / 255.0);
      case NPY_GZIP -> npy(gzip(Npy.bytes("<f4", "(7, 5)", Npy.floats(floats))), 0.3);
      case NPY_FORTRAN -> npy(fortran(floats), 0.3);
      case NPY_FORTRAN_GZIP -> npy(gzip(fortran(floats)), 0.3);
      case IDX -> idxSource(false);
      case IDX_GZIP -> idxSource(true);
      case DIGITS -> new DataSource.Builtin("digits", 12, 3);
      case SPIRALS -> new DataSource.Builtin("spirals", 11, 3);
      case SINE -> new DataSource.Builtin("sine", 11, 3);
      case TABLE_NUMBERS ->
          table(COMPLETE).targets("a", "c").columns("b", "d").normalize(STANDARD, MIN_MAX).source();
      case TABLE_CATEGORIES ->
          table(COMPLETE)
              .label("colour")
              .categorical("place")
              .normalize(MIN_MAX, NONE)
              .unknownAsZeros()
              .source();
      case TABLE_LAGS ->
          table(COMPLETE)
              .targets("a")
              .columns("a", "place", "c")
              .categorical("place")
              .lags(3)
              .normalize(STANDARD, STANDARD)
              .source();
      case TABLE_DROPPED -> gaps().missing(DROP).source();
      case TABLE_FILLED -> gaps().missing(MEAN).source();
      case TABLE_GZIP -> {
        DataSource.Csv plain = table(COMPLETE).label("place").columns("a", "b").source();
        Files.write(plain.path(), gzip(Files.readAllBytes(plain.path())));
        yield plain;
      }
      case IMAGES -> images();
    };
  }

  private static final int COMPLETE = 0;
  private static final int EVERY_FIFTH_CELL = 5;

  /** 29 rows of four numbers and two words; of the cells some may be missing. */
  private Csv table(int everyWhichIsMissing) {
    Random random = new Random(1);
    List<String> lines = new ArrayList<>(List.of("a,b,place,c,colour,d"));
    int cell = 0;
    for (int row = 0; row < 29; row++) {
      List<String> cells = new ArrayList<>();
      for (int column = 0; column < 6; column++) {
        boolean word = column == 2 || column == 4;
        String text = word ? "w" + random.nextInt(4) : Double.toString(random.nextGaussian());
        cells.add(everyWhichIsMissing > 0 && ++cell % everyWhichIsMissing == 0 ? "" : text);
      }
      lines.add(String.join(",", cells));
    }
    return Csv.of(directory, lines.toArray(String[]::new));
  }

  private Csv gaps() {
    return table(EVERY_FIFTH_CELL)
        .label("colour")
        .columns("a", "place")
        .categorical("place")
        .unknownAsZeros()
        .normalize(STANDARD, NONE);
  }

  private DataSource images() {
    Path folder = directory.resolve("images");
    for (int i = 0; i < 9; i++) {
      int[] pixels = new Random(i).ints(35, 0, 0x1000000).toArray();
      ImageFiles.write(folder.resolve("c" + i % 3 + "/" + i + ".png"), ImageFiles.rgb(7, pixels));
    }
    return new DataSource.Images(
        folder, Optional.of(new DataSource.ImageSize(3, 4)), DataSource.Colour.RGB);
  }

  private static DataSpec holdOut(DataSource source) {
    return new DataSpec(
        source, Optional.of(new DataSpec.Validation.Fraction(0.3)), Optional.empty());
  }

  private static String hash(LoadedData data) {
    return DatasetHash.sha256(data.train(), data.validation());
  }

  private static void assertSame(Dataset expected, Dataset found) {
    assertEquals(expected.size(), found.size());
    assertEquals(expected.inputShape(), found.inputShape());
    assertEquals(expected.targets(), found.targets());
    for (int i = expected.size() - 1; i >= 0; i--) {
      assertArrayEquals(input(expected, i), input(found, i));
      assertArrayEquals(target(expected, i), target(found, i));
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void shouldReadTheSameBitsFromDiskAsFromMemory(Kind kind) throws IOException {
    DataSpec spec = holdOut(source(kind));
    LoadedData memory = DataLoader.load(spec, 5, Stores.memory(Segments.HEAP_BITS));
    LoadedData pieces = DataLoader.load(spec, 5, Stores.memory());
    LoadedData built = DataLoader.load(spec, 5, Stores.disk(cache()));
    LoadedData again = DataLoader.load(spec, 5, Stores.disk(cache()));
    for (LoadedData other : List.of(pieces, built, again)) {
      assertSame(memory.train(), other.train());
      assertSame(memory.validation().orElseThrow(), other.validation().orElseThrow());
      assertEquals(hash(memory), hash(other));
      assertEquals(memory.scaling(), other.scaling());
      assertEquals(memory.baseline(), other.baseline());
      assertEquals(memory.columns(), other.columns());
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      mode = EnumSource.Mode.MATCH_ANY,
      names = {"TABLE_.*", "IMAGES"})
  void shouldParseAndDecodeOnlyOnce(Kind kind) throws IOException {
    DataSpec spec = holdOut(source(kind));
    String expected = hash(DataLoader.load(spec, 5, Stores.disk(cache())));
    assertEquals(1, entries());
    // Files of the same size and time are taken for the same ones: nobody looks into them again.
    for (Path file : sourceFiles(spec.train())) {
      FileTime time = Files.getLastModifiedTime(file);
      Files.write(file, new byte[(int) Files.size(file)]);
      Files.setLastModifiedTime(file, time);
    }
    assertEquals(expected, hash(DataLoader.load(spec, 5, Stores.disk(cache()))));
    assertEquals(1, entries());
  }

  private static List<Path> sourceFiles(DataSource source) throws IOException {
    if (source instanceof DataSource.Csv csv) {
      return List.of(csv.path());
    }
    try (Stream<Path> files = Files.walk(((DataSource.Images) source).directory())) {
      return files.filter(Files::isRegularFile).toList();
    }
  }

  @Test
  void shouldParseAgainForOtherColumnsButNotForOtherScaling() throws IOException {
    Csv table = table(COMPLETE).label("colour").columns("a", "b");
    for (DataSource.Normalization each : DataSource.Normalization.values()) {
      DataLoader.load(holdOut(table.normalize(each, NONE).source()), 5, Stores.disk(cache()));
    }
    assertEquals(1, entries());
    DataLoader.load(holdOut(table.columns("a", "c").source()), 5, Stores.disk(cache()));
    assertEquals(2, entries());
    DataLoader.load(
        holdOut(table.columns("a", "place").categorical("place").unknownAsZeros().source()),
        5,
        Stores.disk(cache()));
    assertEquals(3, entries());
  }

  @Test
  void shouldRefuseMissingCellsThatAnEarlierJobAllowed() throws IOException {
    DataSource allowed = source(Kind.TABLE_DROPPED);
    DataLoader.load(holdOut(allowed), 5, Stores.disk(cache()));
    DataSource refused = gaps().source();
    String expected = errorOf(() -> DataLoader.load(holdOut(refused), 5, Stores.memory()));
    assertTrue(expected.contains("the value is missing"), expected);
    assertEquals(
        expected, errorOf(() -> DataLoader.load(holdOut(refused), 5, Stores.disk(cache()))));
  }

  @Test
  void shouldSayTheSameOfAWrongTableOnDiskAsInMemory() throws IOException {
    List<DataSource> wrong =
        List.of(
            Csv.at(directory.resolve("none.csv")).targets(0).source(),
            Csv.at(directory).targets(0).source(),
            Csv.file(directory, "empty.csv", "").targets(0).source(),
            Csv.file(directory, "header.csv", "a,b\n").targets("b").source(),
            Csv.file(directory, "text.csv", "a,b\n1,2\n3,x\n").targets("b").source(),
            Csv.file(directory, "huge.csv", "a,b\n1,2\n3,4\n1e39,1\n").targets("b").source(),
            Csv.file(directory, "short.csv", "a,b\n1,2\n3\n").targets("b").source());
    for (DataSource source : wrong) {
      DataSpec spec = holdOut(source);
      String expected = errorOf(() -> DataLoader.load(spec, 5, Stores.memory()));
      for (int again = 0; again < 2; again++) {
        assertEquals(expected, errorOf(() -> DataLoader.load(spec, 5, Stores.disk(cache()))));
        assertEquals(
            expected, errorOf(() -> DataLoader.load(spec, 5, Stores.auto(cache(), 1 << 20))));
      }
    }
    assertEquals(1, entries(), "only the table with a number beyond floats could be parsed");
  }

  @Test
  void shouldMoveATableToDiskWhenItProvesTooLarge() throws IOException {
    // 29 rows of 2 doubles, line and label, and the texts behind them.
    DataSpec spec = holdOut(table(COMPLETE).label("colour").columns("a", "b").source());
    String expected = hash(DataLoader.load(spec, 5, Stores.memory()));
    LoadedData inHeap = DataLoader.load(spec, 5, Stores.auto(cache(), 4 * 1024));
    assertEquals(List.of(), inHeap.notes());
    LoadedData onDisk = DataLoader.load(spec, 5, Stores.auto(cache(), 4 * 29 * 24));
    assertEquals(1, onDisk.notes().size());
    assertEquals(List.of(expected, expected), List.of(hash(inHeap), hash(onDisk)));
    // What is there is used, though the heap would have room.
    assertEquals(onDisk.notes(), DataLoader.load(spec, 5, Stores.auto(cache(), 1 << 20)).notes());
  }

  @Test
  void shouldReadTheSameForAModel() throws IOException {
    DataSource source = source(Kind.IDX_GZIP);
    Targets known = Targets.Classes.numbered(6);
    assertSame(
        DataLoader.loadForModel(source, known, List.of(), Stores.memory()),
        DataLoader.loadForModel(source, known, List.of(), Stores.disk(cache())));
  }

  private long entries() throws IOException {
    if (!Files.exists(cache())) {
      return 0;
    }
    try (Stream<Path> files = Files.list(cache())) {
      return files.filter(file -> !file.endsWith(".locks")).count();
    }
  }

  @Test
  void shouldMapPlainFilesWhereTheyLie() throws IOException {
    for (Kind kind : List.of(Kind.NPY_FLOATS, Kind.NPY_BIG_DOUBLES, Kind.NPY_BYTES, Kind.IDX)) {
      DataLoader.load(holdOut(source(kind)), 5, Stores.disk(cache()));
    }
    assertEquals(0, entries());
  }

  @Test
  void shouldGoToDiskWhenAQuarterOfTheHeapIsExceeded() {
    DataSource source = new DataSource.Builtin("sine", 16, 1); // 2 floats each: 128 bytes
    DataSpec spec = new DataSpec(source, Optional.empty(), Optional.empty());
    assertEquals(List.of(), DataLoader.load(spec, 5, Stores.auto(cache(), 4 * 128)).notes());
    List<String> notes = DataLoader.load(spec, 5, Stores.auto(cache(), 4 * 128 - 1)).notes();
    assertEquals(1, notes.size());
    assertTrue(notes.get(0).startsWith("cached 0.0 MB at " + cache()), notes.get(0));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldSayTheSameOfDamagedFilesOnDiskAsInMemory(boolean packed) throws IOException {
    byte[] images = idx(new int[] {9, 3, 5}, random(130));
    byte[] longer = idx(new int[] {9, 3, 5}, random(136));
    DataSource.Idx source = (DataSource.Idx) source(Kind.IDX);
    for (byte[] wrong : List.of(images, longer)) {
      Files.write(source.images(), packed ? gzip(wrong) : wrong);
      DataSpec spec = holdOut(source);
      assertEquals(
          errorOf(() -> DataLoader.load(spec, 5, Stores.memory())),
          errorOf(() -> DataLoader.load(spec, 5, Stores.disk(cache()))));
    }
    byte[] cut = gzip(images);
    Files.write(source.images(), Arrays.copyOf(cut, cut.length - 3));
    assertEquals(
        source.images() + ": the gzip data ends early; is the file truncated?",
        errorOf(() -> DataLoader.load(holdOut(source), 5, Stores.disk(cache()))));
    assertEquals(0, entries());
  }

  @Test
  void shouldReadAgainWhatChanged() throws IOException {
    DataSource.Idx source = (DataSource.Idx) source(Kind.IDX_GZIP);
    DataSpec spec = holdOut(source);
    String before = hash(DataLoader.load(spec, 5, Stores.disk(cache())));
    byte[] others = random(136);
    Files.write(source.images(), gzip(idx(new int[] {9, 3, 5}, Arrays.copyOf(others, 135))));
    LoadedData changed = DataLoader.load(spec, 5, Stores.disk(cache()));
    assertEquals(hash(DataLoader.load(spec, 5, Stores.memory())), hash(changed));
    assertTrue(!before.equals(hash(changed)));
  }

  @Test
  void shouldReadFromManyThreadsAtOnce() throws IOException {
    Dataset data = DataLoader.load(holdOut(source(Kind.DIGITS)), 5, Stores.disk(cache())).train();
    String expected = DatasetHash.sha256(data, Optional.empty());
    long same =
        Stream.generate(() -> data)
            .limit(64)
            .parallel()
            .map(d -> DatasetHash.sha256(d, Optional.empty()))
            .filter(expected::equals)
            .count();
    assertEquals(64, same);
  }
}
