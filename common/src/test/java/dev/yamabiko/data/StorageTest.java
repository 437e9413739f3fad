package dev.yamabiko.data;

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
    IDX,
    IDX_GZIP,
    DIGITS,
    SPIRALS,
    SINE
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
      case IDX -> idxSource(false);
      case IDX_GZIP -> idxSource(true);
      case DIGITS -> new DataSource.Builtin("digits", 12, 3);
      case SPIRALS -> new DataSource.Builtin("spirals", 11, 3);
      case SINE -> new DataSource.Builtin("sine", 11, 3);
    };
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
    }
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
      return files.count();
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
