package dev.yamabiko.data;

import static dev.yamabiko.data.Loading.errorOf;
import static dev.yamabiko.data.Loading.input;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.tensor.AllocatedBytes;
import dev.yamabiko.tensor.Shape;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PreparedDatasetTest {

  /** Segments of 16 bytes, so that examples lie across their borders. */
  private static final int SMALL = 4;

  @TempDir private Path directory;

  private enum Kind {
    CSV_LAGS,
    CSV_ONE_HOT,
    IDX,
    NPY_FLOATS,
    NPY_BYTES,
    IMAGES,
    DIGITS,
    SPIRALS,
    SINE
  }

  private record Floats(Shape inputShape, Targets targets, float[] inputs, float[] targetValues)
      implements Dataset {
    @Override
    public int size() {
      return inputs.length / inputShape.size();
    }

    @Override
    public void readInput(int index, float[] into, int at) {
      int size = inputShape.size();
      System.arraycopy(inputs, index * size, into, at, size);
    }

    @Override
    public void readTarget(int index, float[] into, int at) {
      System.arraycopy(targetValues, index * targets.width(), into, at, targets.width());
    }
  }

  private static Dataset inputs(float... inputs) {
    return new Floats(Shape.of(1), Targets.Classes.numbered(2), inputs, new float[inputs.length]);
  }

  private static float[] series(int count) {
    float[] floats = new float[count];
    for (int i = 0; i < count; i++) {
      floats[i] = (float) Math.sqrt(i) - 3;
    }
    return floats;
  }

  private Csv table() {
    Random random = new Random(4);
    StringBuilder lines = new StringBuilder("x,colour,y\n");
    for (int i = 0; i < 320; i++) {
      String colour = List.of("red", "grün", "青い").get(i % 3);
      lines.append(random.nextGaussian()).append(',').append(colour).append(',');
      lines.append(random.nextGaussian()).append('\n');
    }
    return Csv.file(directory, "table.csv", lines.toString())
        .targets("y")
        .normalize(DataSource.Normalization.STANDARD, DataSource.Normalization.STANDARD);
  }

  private DataSource images() {
    for (String name : List.of("cat", "dog")) {
      for (int i = 0; i < 5; i++) {
        BufferedImage image = ImageFiles.rgb(2, 0x102030 * i, 0xFF, 0x1234, name.hashCode());
        ImageFiles.write(directory.resolve("images/" + name + "/" + i + ".png"), image);
      }
    }
    return new DataSource.Images(
        directory.resolve("images"), Optional.empty(), DataSource.Colour.RGB);
  }

  private DataSource npy(String type, int bytes, double scale) {
    byte[] inputs = new byte[35 * bytes];
    new Random(bytes).nextBytes(inputs);
    byte[] floats = Npy.floats(series(350));
    byte[] elements = bytes == 1 ? inputs : floats;
    String shape = bytes == 1 ? "(7, 5)" : "(7, 50)";
    return new DataSource.Npy(
        Npy.write(directory, "x.npy", Npy.bytes(type, shape, elements)),
        Optional.empty(),
        Optional.of(
            Npy.write(directory, "t.npy", Npy.bytes("<f4", "(7, 3)", Npy.floats(series(21))))),
        scale);
  }

  private DataSource idx() {
    byte[] pixels = new byte[135];
    new Random(1).nextBytes(pixels);
    byte[] images = Npy.of(0, 0, 8, 3, 0, 0, 0, 9, 0, 0, 0, 3, 0, 0, 0, 5);
    byte[] all = Arrays.copyOf(images, images.length + pixels.length);
    System.arraycopy(pixels, 0, all, images.length, pixels.length);
    byte[] labels = Npy.of(0, 0, 8, 1, 0, 0, 0, 9, 0, 1, 2, 3, 4, 5, 4, 3, 2);
    return new DataSource.Idx(
        Npy.write(directory, "images", all), Npy.write(directory, "labels", labels));
  }

  private DataSource source(Kind kind) {
    return switch (kind) {
      case CSV_LAGS -> table().columns("x", "y").lags(3).source();
      case CSV_ONE_HOT -> table().categorical("colour").source();
      case IDX -> idx();
      case NPY_FLOATS -> npy("<f4", 4, 1);
      case NPY_BYTES -> npy("|u1", 1, 1 / 255.0);
      case IMAGES -> images();
      case DIGITS -> new DataSource.Builtin("digits", 12, 3);
      case SPIRALS -> new DataSource.Builtin("spirals", 400, 3);
      case SINE -> new DataSource.Builtin("sine", 400, 3);
    };
  }

  private static boolean isBytes(Kind kind) {
    return List.of(Kind.IDX, Kind.NPY_BYTES, Kind.IMAGES, Kind.DIGITS).contains(kind);
  }

  private Path write(Dataset train, Optional<Dataset> validation) throws IOException {
    String hash = DatasetHash.sha256(train, validation);
    PreparedContent content = PreparedContent.of(train, validation, hash);
    Path file = directory.resolve("prepared");
    try (OutputStream out = Files.newOutputStream(file)) {
      content.writeTo(out);
    }
    assertEquals(content.bytes(), Files.size(file));
    return file;
  }

  private static String hash(PreparedDataset data) {
    return DatasetHash.sha256(data.train(), data.validation());
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void shouldOpenTheBitsThatWereWritten(Kind kind) throws IOException {
    for (LoadedData data :
        List.of(
            Loading.load(source(kind)),
            Loading.holdOut(source(kind), 0.3, DataSpec.Split.RANDOM))) {
      Path file = write(data.train(), data.validation());
      for (int bits : List.of(SMALL, Segments.MAPPED_BITS)) {
        PreparedDataset opened = PreparedDataset.open(file, bits);
        assertEquals(DatasetHash.sha256(data.train(), data.validation()), hash(opened));
        assertEquals(hash(opened), opened.dataSha256());
        assertEquals(data.train().targets(), opened.train().targets());
        assertEquals(data.validation().isPresent(), opened.validation().isPresent());
      }
      assertEquals(isBytes(kind), tableSize(file) > 0);
    }
  }

  /** How many floats bytes stand for; 0 if inputs are floats. */
  private static int tableSize(Path file) throws IOException {
    return ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN).getInt(48);
  }

  @Test
  void shouldKeepTheBitsOfZerosAndNotANumbers() throws IOException {
    float[] values = {
      0f, -0f, Float.intBitsToFloat(0x7FC00001), Float.NaN, Float.intBitsToFloat(0xFFC01234)
    };
    Path file = write(inputs(values), Optional.empty());
    Dataset opened = PreparedDataset.open(file).train();
    for (int i = 0; i < values.length; i++) {
      assertEquals(
          Float.floatToRawIntBits(values[i]), Float.floatToRawIntBits(input(opened, i)[0]));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 256, 257})
  void shouldWriteBytesUpTo256DifferentValues(int different) throws IOException {
    float[] values = new float[10_000];
    for (int i = 0; i < values.length; i++) {
      values[i] = 1f / (1 + i * 31 % different);
    }
    Path file = write(inputs(values), Optional.of(inputs(1f)));
    int table = different > 256 ? 0 : different;
    assertEquals(table, tableSize(file));
    long header = 16 + 32 + 4 + 4 * table + 4 + 2 * (5 * 4 + 2 * (4 + 1));
    long content = 10_000L * (table > 0 ? 1 : 4) + 8 + 40_000 + 8;
    assertEquals((header + 7) / 8 * 8 + content, Files.size(file));
    assertEquals(DatasetHash.sha256(inputs(values), Optional.empty()), trainHash(file));
  }

  private static String trainHash(Path file) throws IOException {
    return DatasetHash.sha256(PreparedDataset.open(file).train(), Optional.empty());
  }

  @Test
  void shouldNumberTheValuesOfBothParts() throws IOException {
    float[] train = new float[200];
    float[] validation = new float[100];
    for (int i = 0; i < 100; i++) {
      train[i] = i;
      validation[i] = -i;
    }
    Path file = write(inputs(train), Optional.of(inputs(validation)));
    PreparedDataset opened = PreparedDataset.open(file);
    assertEquals(opened.dataSha256(), hash(opened));
    assertEquals(-99f, input(opened.validation().orElseThrow(), 99)[0]);
  }

  @Test
  void shouldWriteExamplesThatAreLongerThanAChunk() throws IOException {
    NoiseData data = NoiseData.classes(2, Shape.of(3, 50_000), 2, 1);
    assertEquals(
        DatasetHash.sha256(data, Optional.empty()), trainHash(write(data, Optional.empty())));
  }

  @Test
  void shouldNameWhatTheHashOfTheDataDoesNotCover() {
    Targets named = new Targets.Classes(List.of("a", "b"));
    Dataset numbered = inputs(1, 2);
    Dataset other = new Floats(Shape.of(1), named, new float[] {1, 2}, new float[2]);
    String hash = DatasetHash.sha256(numbered, Optional.empty());
    assertEquals(hash, DatasetHash.sha256(other, Optional.empty()));
    String name = PreparedContent.name(numbered, Optional.empty(), hash);
    assertTrue(name.startsWith(hash + "-1-"), name);
    assertEquals(name, PreparedContent.name(inputs(1, 2), Optional.empty(), hash));
    assertTrue(!name.equals(PreparedContent.name(other, Optional.empty(), hash)));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldAllocateNothingToReadAnExample(boolean bytes) throws IOException {
    Dataset data =
        bytes
            ? Loading.load(source(Kind.DIGITS)).train()
            : NoiseData.classes(12, Shape.of(28, 28), 10, 1);
    Dataset opened = PreparedDataset.open(write(data, Optional.empty())).train();
    float[] into = new float[28 * 28 + 1];
    readAll(opened, into);
    long before = AllocatedBytes.ofThisThread();
    for (int i = 0; i < 100; i++) {
      readAll(opened, into);
    }
    // The measurement itself may take something; 1200 examples may not take a byte each.
    long taken = AllocatedBytes.ofThisThread() - before;
    assertTrue(taken < 1200, taken + " bytes");
  }

  private static void readAll(Dataset data, float[] into) {
    for (int i = 0; i < data.size(); i++) {
      data.readInput(i, into, 0);
      data.readTarget(i, into, 28 * 28);
    }
  }

  @Test
  void shouldReadBeyondTwoGigabytes() throws IOException {
    PreparedHeader header =
        new PreparedHeader(
            "0".repeat(64),
            new int[] {0, Float.floatToRawIntBits(7f)},
            List.of(
                new PreparedHeader.Part(3_000_000, Shape.of(1000), Targets.Classes.numbered(2))));
    Path file = directory.resolve("sparse");
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(header.encode()), 0);
      channel.write(ByteBuffer.wrap(new byte[] {1}), header.targetsAt(0) - 1);
      channel.write(ByteBuffer.wrap(Npy.floats(1f)), header.fileBytes() - 4);
    }
    Dataset opened = PreparedDataset.open(file).train();
    assertEquals(3_012_000_000L + header.inputsAt(0), Files.size(file));
    assertEquals(7f, input(opened, 2_999_999)[999]);
    assertArrayEquals(new float[1000], input(opened, 2_999_998));
    assertEquals(1f, Loading.target(opened, 2_999_999)[0]);
  }

  @Test
  void shouldComputeLengthsBeyondAnInt() {
    PreparedHeader.Part part =
        new PreparedHeader.Part(Integer.MAX_VALUE, Shape.of(1 << 20), Targets.Classes.numbered(2));
    PreparedHeader header = new PreparedHeader("0".repeat(64), new int[0], List.of(part, part));
    long inputs = 4L * Integer.MAX_VALUE * (1 << 20);
    assertEquals(inputs, header.inputBytes(1));
    assertEquals(
        header.encode().length + 2 * inputs + 2 * (4L * Integer.MAX_VALUE + 4), header.fileBytes());
  }

  private String errorAfter(int at, int value) throws IOException {
    Path file = write(inputs(1, 2, 3), Optional.empty());
    byte[] bytes = Files.readAllBytes(file);
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(at, value);
    Files.write(file, bytes);
    String error = errorOf(() -> PreparedDataset.open(file));
    assertTrue(error.startsWith(file + ": "), error);
    return error.substring(file.toString().length() + 2);
  }

  @Test
  void shouldSayWhatIsWrongWithAFile() throws IOException {
    assertEquals("expected a prepared dataset but it does not begin as one", errorAfter(0, 0));
    assertEquals("expected a prepared dataset of version 1 but found version 2", errorAfter(8, 2));
    assertEquals("expected a header's length but found -8", errorAfter(12, -8));
    assertTrue(errorAfter(12, 1 << 20).startsWith("expected a header of 1048576 bytes but"));
    assertTrue(errorAfter(48, 257).startsWith("the header of the prepared dataset is damaged"));
    assertTrue(errorAfter(48, -1).startsWith("the header of the prepared dataset is damaged"));
    int examples = 16 + 32 + 4 + 3 * 4 + 4;
    assertTrue(errorAfter(examples + 8, -1).startsWith("the header of the prepared dataset is"));
    assertTrue(errorAfter(examples, 1000).contains("bytes by its header but found"));
  }

  @Test
  void shouldRefuseAFileThatIsCut() throws IOException {
    Path file = write(inputs(series(300)), Optional.empty());
    byte[] whole = Files.readAllBytes(file);
    for (int length : List.of(0, 15, 16, 60, whole.length - 1)) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertTrue(errorOf(() -> PreparedDataset.open(file)).contains("expected"), "at " + length);
    }
  }
}
