package dev.yamabiko.data;

import static dev.yamabiko.data.Loading.errorOf;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What comes from somebody else's data source. */
class ExtendedSourceTest {

  @TempDir private Path directory;

  private static DataSource.Extended source(ExampleSource source, Path... files) {
    Map<String, Path> named = files.length == 0 ? Map.of() : Map.of("file", files[0]);
    return new DataSource.Extended("mine", "mine 1", named, Map.of(), source);
  }

  /** Examples of which one is another. */
  private record Spoilt(Dataset right, Targets targets, int at, float input, float target)
      implements Dataset {
    Spoilt(Dataset right, int at, float input, float target) {
      this(right, right.targets(), at, input, target);
    }

    @Override
    public int size() {
      return right.size();
    }

    @Override
    public Shape inputShape() {
      return right.inputShape();
    }

    @Override
    public void readInput(int index, float[] into, int at) {
      right.readInput(index, into, at);
      if (index == this.at) {
        into[at + 1] = input;
      }
    }

    @Override
    public void readTarget(int index, float[] into, int at) {
      right.readTarget(index, into, at);
      if (index == this.at) {
        into[at] = target;
      }
    }
  }

  private static final Targets VALUES =
      new Targets.Values(List.of(Targets.Value.plain("a"), Targets.Value.plain("b")));

  @Test
  void shouldGiveTheExamplesAsTheyAreWhereverTheyAreKept() {
    for (Targets targets : List.of(Targets.Classes.numbered(3), VALUES)) {
      Dataset noise = new NoiseData(25, Shape.of(2, 3, 2), targets, 4);
      String expected = DatasetHash.sha256(noise, Optional.empty());
      Path own = directory.resolve(targets.describe().replaceAll("\\W", ""));
      for (DataStore store : List.of(Stores.memory(), Stores.disk(own), Stores.disk(own))) {
        Examples read = new ExtendedSource(source(() -> noise)).read(store);
        Dataset all = read.under(read.fit(new int[] {0}));
        assertEquals(expected, DatasetHash.sha256(all, Optional.empty()));
        assertEquals(targets, all.targets());
      }
    }
  }

  @Test
  void shouldReadAgainWhenAFileOfTheSourceHasChanged() throws IOException {
    Path file = Files.writeString(directory.resolve("points.txt"), "4");
    ExampleSource seeded =
        () -> NoiseData.classes(9, Shape.of(2), 2, Long.parseLong(Files.readString(file)));
    String before = hash(source(seeded, file));
    assertEquals(before, hash(source(seeded, file)));
    Files.writeString(file, "17");
    assertNotEquals(before, hash(source(seeded, file)));
  }

  private String hash(DataSource.Extended source) {
    Examples read = new ExtendedSource(source).read(Stores.disk(directory.resolve("cache")));
    return DatasetHash.sha256(read.under(read.fit(new int[] {0})), Optional.empty());
  }

  @Test
  void shouldCallClassesByTheNumbersOfTheTrainingPart() {
    Dataset all = NoiseData.classes(30, Shape.of(2), 3, 4);
    DataSource train = source(() -> all);
    Targets otherwise = new Targets.Classes(List.of("2", "0", "1"));
    DataSource other = source(() -> new Spoilt(all, otherwise, -1, 0, 0));
    LoadedData loaded = Loading.validate(train, other);
    float[] expected = Loading.targets(all);
    for (int i = 0; i < expected.length; i++) {
      expected[i] = new int[] {2, 0, 1}[(int) expected[i]];
    }
    assertArrayEquals(expected, Loading.targets(loaded.validation().orElseThrow()));
    assertEquals(Targets.Classes.numbered(3), loaded.validation().orElseThrow().targets());
  }

  private static String error(ExampleSource source) {
    String error = errorOf(() -> Loading.load(source(source)));
    assertTrue(error.startsWith("data source mine"), error);
    return error;
  }

  @Test
  void shouldRefuseWhatIsNoExample() {
    Dataset classes = NoiseData.classes(9, Shape.of(2), 3, 4);
    Dataset values = new NoiseData(9, Shape.of(2), VALUES, 4);
    assertEquals(
        "data source mine: example 5: expected finite inputs but found NaN",
        error(() -> new Spoilt(classes, 5, Float.NaN, 0)));
    for (float wrong : new float[] {3, -1, 0.5f, Float.NaN}) {
      assertEquals(
          "data source mine: example 2: expected a class number from 0 to 2 but found " + wrong,
          error(() -> new Spoilt(classes, 2, 0, wrong)));
    }
    assertEquals(
        "data source mine: example 0: expected a finite target but found Infinity",
        error(() -> new Spoilt(values, 0, 0, Float.POSITIVE_INFINITY)));
  }

  @Test
  void shouldRefuseASourceWithoutExamplesClassesOrPlainTargets() {
    assertEquals(
        "data source mine: expected 1 to 2147483639 examples but found 0",
        error(() -> NoiseData.classes(0, Shape.of(2), 3, 4)));
    assertEquals(
        "data source mine: expected at least two classes but found 1 class",
        error(() -> NoiseData.classes(9, Shape.of(2), 1, 4)));
    Targets scaled = new Targets.Values(List.of(new Targets.Value("a", 1, 2)));
    assertTrue(error(() -> new NoiseData(9, Shape.of(2), scaled, 4)).contains("is scaled"));
    assertEquals("data source mine: expected examples but found null", error(() -> null));
  }

  @Test
  void shouldNameTheSourceThatThrows() {
    assertEquals(
        "data source mine: cannot be read: no such place",
        error(
            () -> {
              throw new IOException("no such place");
            }));
    assertEquals(
        "data source mine threw java.lang.IllegalStateException: closed",
        error(
            () -> {
              throw new IllegalStateException("closed");
            }));
    for (Error error :
        List.of(new AssertionError("never"), new StackOverflowError(), new LinkageError("lib"))) {
      assertEquals(
          "data source mine threw " + error,
          error(
              () -> {
                throw error;
              }));
    }
    assertEquals(
        "data source mine: line 3: no number",
        error(
            () -> {
              throw new DataException("line 3: no number");
            }));
    assertEquals(
        "data source mine threw java.lang.ArrayIndexOutOfBoundsException: Index 3 out of bounds"
            + " for length 2",
        error(() -> new Wide(NoiseData.classes(9, Shape.of(2), 3, 4))));
  }

  /** Writes more than it says. */
  private record Wide(Dataset narrow) implements Dataset {
    @Override
    public int size() {
      return narrow.size();
    }

    @Override
    public Shape inputShape() {
      return narrow.inputShape();
    }

    @Override
    public Targets targets() {
      return narrow.targets();
    }

    @Override
    public void readInput(int index, float[] into, int at) {
      into[at + 3] = 1;
    }

    @Override
    public void readTarget(int index, float[] into, int at) {
      narrow.readTarget(index, into, at);
    }
  }
}
