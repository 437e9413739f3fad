package dev.yamabiko.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.tensor.Shape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that other tools write, put together byte by byte from the format's description. */
class SafetensorsFileTest {

  @TempDir private Path directory;

  private static byte[] file(String header, byte... data) {
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.writeBytes(length(text.length));
    file.writeBytes(text);
    file.writeBytes(data);
    return file.toByteArray();
  }

  private static byte[] length(long length) {
    return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(length).array();
  }

  private static byte[] floats(float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return bytes.array();
  }

  private Path write(byte[] content) {
    try {
      return Files.write(directory.resolve("m.safetensors"), content);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private SafetensorsFile open(byte[] content) {
    return SafetensorsFile.open(write(content));
  }

  private String refusal(byte[] content) {
    Path file = write(content);
    ModelException e = assertThrows(ModelException.class, () -> SafetensorsFile.open(file).close());
    assertTrue(e.getMessage().startsWith(file + ": "), e.getMessage());
    return e.getMessage().substring((file + ": ").length());
  }

  private static float[] read(SafetensorsFile file, String name, int... dimensions) {
    Shape shape = Shape.of(dimensions);
    float[] values = new float[shape.size()];
    file.read(name, shape, values, 0);
    return values;
  }

  @Test
  void shouldReadTensorsInWhateverOrderTheHeaderNamesThem() {
    String header =
        """
        {"b":{"dtype":"F32","shape":[2],"data_offsets":[24,32]},
         "__metadata__":{"format":"pt","note":"山びこ"},
         "a":{"data_offsets":[0,24],"dtype":"F32","shape":[2,3]}}""";
    try (SafetensorsFile file = open(file(header, floats(1, 2, 3, 4, 5, -0f, 7, 8)))) {
      assertEquals(List.of("a", "b"), file.names());
      assertEquals(Map.of("format", "pt", "note", "山びこ"), file.metadata());
      assertEquals(List.of(2L, 3L), file.shape("a"));
      assertArrayEquals(new float[] {1, 2, 3, 4, 5, -0f}, read(file, "a", 2, 3));
      assertArrayEquals(new float[] {7, 8}, read(file, "b", 2));
      assertTrue(file.has("a", Shape.of(2, 3)));
      assertFalse(file.has("a", Shape.of(3, 2)));
      assertFalse(file.has("c", Shape.of(2)));
      float[] into = new float[4];
      file.read("b", Shape.of(2), into, 1);
      assertArrayEquals(new float[] {0, 7, 8, 0}, into);
    }
  }

  /** The largest, the smallest, a third: bits as IEEE 754 lays them out. */
  @ParameterizedTest
  @CsvSource({
    "F16,  FF7B, 65504",
    "F16,  0100, 5.9604645e-8",
    "F16,  0004, 6.1035156e-5",
    "F16,  5535, 0.33325195",
    "F16,  0080, -0.0",
    "BF16, 803F, 1.0",
    "BF16, AB3E, 0.33398438",
    "BF16, 0100, 9.1835e-41",
    "F64,  000000000000F03F, 1.0",
    "F64,  555555555555D53F, 0.33333334",
    "F64,  0000000000000080, -0.0",
    "F32,  ABAAAA3E, 0.33333334"
  })
  void shouldReadEveryTypeOfFloat(String type, String hex, float expected) {
    try (SafetensorsFile file = open(fileOfOne(type, hex))) {
      assertEquals(expected, read(file, "x", 1)[0]);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "F16,  00FC, -Infinity",
    "F16,  007E, NaN",
    "BF16, 80FF, -Infinity",
    "BF16, C07F, NaN",
    "F32,  0000807F, Infinity",
    "F64,  FFFFFFFFFFFFEF7F, Infinity"
  })
  void shouldRefuseWhatIsNoFiniteFloat(String type, String hex, float found) {
    try (SafetensorsFile file = open(fileOfOne(type, hex))) {
      String error = assertThrows(ModelException.class, () -> read(file, "x", 1)).getMessage();
      assertTrue(error.endsWith("finite numbers of 32 bits but element 0 is " + found), error);
    }
  }

  private static byte[] fileOfOne(String type, String hex) {
    byte[] data = HexFormat.of().parseHex(hex);
    String header =
        "{\"x\":{\"dtype\":\"%s\",\"shape\":[1],\"data_offsets\":[0,%d]}}"
            .formatted(type, data.length);
    return file(header, data);
  }

  @Test
  void shouldReadTensorsThatNeedManyPieces() {
    int n = 100_003;
    byte[] data = new byte[2 * n + 8 * n];
    new Random(1).nextBytes(data);
    ByteBuffer halves = ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < n; i++) {
      halves.putShort((short) (0x3F80 + i % 64));
    }
    for (int i = 0; i < n; i++) {
      halves.putDouble(i / 3.0);
    }
    String header =
        "{\"h\":{\"dtype\":\"BF16\",\"shape\":[%1$d],\"data_offsets\":[0,%2$d]},\"d\":{\"dtype\":\"F64\",\"shape\":[%1$d],\"data_offsets\":[%2$d,%3$d]}}"
            .formatted(n, 2 * n, 10 * n);
    try (SafetensorsFile file = open(file(header, data))) {
      float[] h = read(file, "h", n);
      float[] d = read(file, "d", n);
      for (int i = 0; i < n; i++) {
        assertEquals(Float.intBitsToFloat(0x3F80 + i % 64 << 16), h[i]);
        assertEquals((float) (i / 3.0), d[i]);
      }
    }
  }

  @Test
  void shouldKnowSingleNumbersAndEmptyTensors() {
    String header =
        """
        {"none":{"dtype":"F32","shape":[0,3],"data_offsets":[4,4]},
         "one":{"dtype":"F32","shape":[],"data_offsets":[0,4]},
         "count":{"dtype":"I64","shape":[1],"data_offsets":[4,12]}}""";
    byte[] data = Arrays.copyOf(floats(5), 12);
    try (SafetensorsFile file = open(file(header, data))) {
      assertEquals(List.of("one", "none", "count"), file.names());
      assertEquals(List.of(), file.shape("one"));
      assertEquals(List.of(0L, 3L), file.shape("none"));
      ModelException e = assertThrows(ModelException.class, () -> read(file, "count", 1));
      assertTrue(e.getMessage().contains("F32, F16, BF16 or F64 but found I64"), e.getMessage());
      e = assertThrows(ModelException.class, () -> read(file, "one", 1));
      assertTrue(e.getMessage().endsWith("tensor one: expected [1] but found []"), e.getMessage());
      e = assertThrows(ModelException.class, () -> read(file, "two", 1));
      assertTrue(e.getMessage().endsWith("expected a tensor two but there is none"));
    }
    try (SafetensorsFile file = open(file("{}"))) {
      assertEquals(List.of(), file.names());
    }
  }

  private static final String X = "\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{X                     | its header is not JSON",
        "[{X}]                  | expected a header that is a JSON object",
        "{X} {}                 | its header is not JSON",
        "{X,X}                  | its header is not JSON",
        "{X,\"__metadata__\":7} | __metadata__ to be an object of strings",
        "{X,\"__metadata__\":{\"a\":1}} | __metadata__ to hold strings but a is 1",
        "{\"x\":3}              | tensor x: expected an object {dtype, shape, data_offsets}",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[2]}} | tensor x: expected an object",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],\"more\":1}} | expected an object",
        "{\"x\":{\"dtype\":\"F33\",\"shape\":[2],\"data_offsets\":[0,8]}} | but found F33",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":2,\"data_offsets\":[0,8]}} | shape: expected a list",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}} | from 0 but found -2",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[2.0],\"data_offsets\":[0,8]}} | but found 2.0",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[\"2\"],\"data_offsets\":[0,8]}} | but found \"2\"",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}} | takes 12 bytes",
        "{\"x\":{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[0,8]}} | takes 16 bytes",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}} | but found [8, 0]",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0]}} | but found [0]",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}} | there is a gap",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}} | expected 4 bytes of tensors but found 8",
        "{X,\"y\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}} | they overlap",
        "{X,\"y\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[8,12]}} | truncated",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,0]}} | too large for any file",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[99999999999999999999],\"data_offsets\":[0,8]}} | from 0 but found",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,99999999999999999999]}} | from 0 but found",
        "`                      `| not a safetensors file"
      })
  void shouldRefuseAHeaderThatLies(String header, String says) {
    String message = refusal(file(header.replace("X", X), floats(1, 2)));
    assertTrue(message.contains(says), message);
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, Long.MIN_VALUE, 100_000_001, Long.MAX_VALUE, 1L << 40})
  void shouldNotBelieveALengthThatNoHeaderHas(long length) {
    byte[] content = file("{" + X + "}", floats(1, 2));
    System.arraycopy(length(length), 0, content, 0, 8);
    String message = refusal(content);
    assertTrue(
        message.contains(
            "at most 100000000 bytes but its length is " + Long.toUnsignedString(length)),
        message);
  }

  @Test
  void shouldRefuseAHeaderThatIsNotUtf8() {
    byte[] content = file("{\"" + "__metadata__\":{\"a\":\"??\"}," + X + "}", floats(1, 2));
    int at = new String(content, StandardCharsets.ISO_8859_1).indexOf("??");
    content[at] = (byte) 0xC3;
    content[at + 1] = (byte) 0x28;
    assertTrue(refusal(content).contains("UTF-8"));
    String utf16 = "{" + X + "}";
    byte[] wide = utf16.getBytes(StandardCharsets.UTF_16LE);
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.writeBytes(length(wide.length));
    file.writeBytes(wide);
    file.writeBytes(floats(1, 2));
    assertTrue(refusal(file.toByteArray()).contains("not a safetensors file"));
  }

  private static final byte[] WHOLE =
      file(
          "{\"__metadata__\":{\"format\":\"yamabiko\"},"
              + X
              + ",\"y\":{\"dtype\":\"F32\",\"shape\":[1,3],\"data_offsets\":[8,20]}}",
          floats(1, 2, 3, 4, 5));

  @Test
  void shouldRefuseAFileThatIsTornAnywhere() {
    for (int length = 0; length < WHOLE.length; length++) {
      refusal(Arrays.copyOf(WHOLE, length));
    }
    refusal(Arrays.copyOf(WHOLE, WHOLE.length + 1));
  }

  /**
   * The format has no checksum: a flipped bit may give another valid header, but never a tensor
   * that lies outside the file, another exception or a read beyond the end.
   */
  @Test
  void shouldRefuseADamagedHeaderOrReadWhatItSays() {
    int headerEnd = WHOLE.length - 20;
    int opened = 0;
    for (int bit = 0; bit < 8 * headerEnd; bit++) {
      byte[] damaged = WHOLE.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      try (SafetensorsFile file = open(damaged)) {
        opened++;
        long bytes = 0;
        for (String name : file.names()) {
          long elements = file.shape(name).stream().reduce(1L, (a, b) -> a * b);
          assertTrue(elements <= 20, name + " " + file.shape(name));
          bytes += elements;
        }
        assertTrue(bytes <= 20);
      } catch (ModelException e) {
        assertFalse(e.getMessage().isBlank());
      }
    }
    assertTrue(opened > 0 && opened < 4 * headerEnd, "opened " + opened);
  }

  @Test
  void shouldSayWhatIsInTheWayOfAFile() throws IOException {
    Path none = directory.resolve("none");
    ModelException e = assertThrows(ModelException.class, () -> SafetensorsFile.open(none));
    assertEquals(none + ": no such file", e.getMessage());
    Path folder = Files.createDirectory(directory.resolve("folder"));
    e = assertThrows(ModelException.class, () -> SafetensorsFile.open(folder));
    assertEquals(folder + ": expected a model file but found a directory", e.getMessage());
  }

  @Test
  void shouldWaitForNoPipe() {
    Path device = Path.of("/dev/zero");
    assertEquals(
        device + ": expected a model file but found a pipe or a device",
        assertThrows(ModelException.class, () -> SafetensorsFile.open(device)).getMessage());
  }
}
