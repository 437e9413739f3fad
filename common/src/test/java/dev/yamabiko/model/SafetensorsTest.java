package dev.yamabiko.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.yamabiko.nn.Activation;
import dev.yamabiko.nn.Conv2d;
import dev.yamabiko.nn.Dense;
import dev.yamabiko.nn.Flatten;
import dev.yamabiko.nn.Initializer;
import dev.yamabiko.nn.Network;
import dev.yamabiko.tensor.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reads files back with a reader that knows the format's description and nothing of the writer. */
class SafetensorsTest {

  private static final Network NETWORK =
      Network.build(
          Shape.of(2, 8, 8),
          List.of(
              new Conv2d.Spec(3, 3, 3, 1, 0, 0, Initializer.HE),
              new Activation.Spec(Activation.Kind.RELU),
              new Flatten.Spec(),
              new Dense.Spec(200, Initializer.HE),
              new Dense.Spec(4, Initializer.GLOROT)));

  @TempDir Path directory;

  private record Tensor(List<Integer> shape, float[] values) {}

  private record Contents(Map<String, String> metadata, Map<String, Tensor> tensors) {}

  private static Contents read(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    long length = bytes.getLong();
    assertEquals(0, length % 8, "the tensors begin on a multiple of 8");
    byte[] header = new byte[(int) length];
    bytes.get(header);
    assertEquals('{', header[0]);
    JsonNode json = new JsonMapper().readTree(new String(header, StandardCharsets.UTF_8));
    ByteBuffer data = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
    Map<String, String> metadata = new LinkedHashMap<>();
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    long end = 0;
    for (Map.Entry<String, JsonNode> entry : json.properties()) {
      if (entry.getKey().equals("__metadata__")) {
        entry
            .getValue()
            .properties()
            .forEach(e -> metadata.put(e.getKey(), e.getValue().textValue()));
        continue;
      }
      JsonNode tensor = entry.getValue();
      assertEquals("F32", tensor.get("dtype").textValue());
      assertEquals(end, tensor.get("data_offsets").get(0).longValue(), "no gaps");
      end = tensor.get("data_offsets").get(1).longValue();
      List<Integer> shape = new ArrayList<>();
      tensor.get("shape").forEach(d -> shape.add(d.intValue()));
      float[] values = new float[shape.stream().reduce(1, (a, b) -> a * b)];
      data.position((int) tensor.get("data_offsets").get(0).longValue());
      data.asFloatBuffer().get(values);
      assertEquals(data.position() + 4L * values.length, end);
      tensors.put(entry.getKey(), new Tensor(shape, values));
    }
    assertEquals(data.capacity(), end, "nothing after the last tensor");
    return new Contents(metadata, tensors);
  }

  @Test
  void shouldReadBackEveryTensor() throws IOException {
    Path file = directory.resolve("model.safetensors");
    float[] weights = NETWORK.initialWeights(3);
    weights[5] = -0f;
    weights[6] = Float.MIN_VALUE;
    Safetensors.write(file, NETWORK, weights, Map.of("format", "yamabiko"));

    Contents contents = read(file);

    assertEquals(
        List.of("0.weight", "0.bias", "3.weight", "3.bias", "4.weight", "4.bias"),
        List.copyOf(contents.tensors().keySet()));
    int at = 0;
    for (Network.Place place : NETWORK.places()) {
      Tensor tensor = contents.tensors().get(place.name());
      assertEquals(place.parameter().shape().dimensions(), tensor.shape(), place.name());
      float[] expected = Arrays.copyOfRange(weights, at, at + tensor.values().length);
      assertArrayEquals(expected, tensor.values(), place.name());
      at += tensor.values().length;
    }
    assertEquals(weights.length, at);
  }

  @Test
  void shouldKeepMetadataThatIsNotAscii() throws IOException {
    Path file = directory.resolve("model.safetensors");
    Map<String, String> metadata = Map.of("job", "name = \"山びこ\"\n# ü", "format", "yamabiko");
    Safetensors.write(file, NETWORK, new float[NETWORK.parameterCount()], metadata);
    Map<String, String> found = read(file).metadata();
    metadata.forEach((key, value) -> assertEquals(value, found.get(key)));
  }

  @Test
  void shouldNameTheWeightsAsTheirResultDoes() throws IOException {
    Path file = directory.resolve("model.safetensors");
    float[] weights = NETWORK.initialWeights(3);
    Safetensors.write(file, NETWORK, weights, Map.of());
    assertEquals(Map.of("weights_sha256", WeightsHash.sha256(weights)), read(file).metadata());
  }

  @Test
  void shouldRefuseWeightsOfAnotherNetwork() {
    assertThrows(
        IllegalArgumentException.class,
        () -> Safetensors.write(directory.resolve("m"), NETWORK, new float[7], Map.of()));
  }

  /** What is said of a table of a million columns is longer than a parser takes unasked. */
  @Test
  void shouldReadBackLongMetadata() throws IOException {
    Path file = directory.resolve("model.safetensors");
    String columns = "x".repeat(21_000_000);
    Safetensors.write(file, NETWORK, new float[NETWORK.length()], Map.of("input_columns", columns));
    try (SafetensorsFile found = SafetensorsFile.open(file)) {
      assertEquals(columns, found.metadata().get("input_columns"));
    }
  }

  @Test
  void shouldSayBeforeTrainingThatTheHeaderWillBeTooLong() throws IOException {
    Map<String, String> metadata = Map.of("input_columns", "[\"x\"]");
    Path file = directory.resolve("model.safetensors");
    Safetensors.write(file, NETWORK, new float[NETWORK.length()], metadata);
    long length =
        ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN).getLong();
    Safetensors.checkHeader(NETWORK, metadata, length);
    ModelException e =
        assertThrows(
            ModelException.class, () -> Safetensors.checkHeader(NETWORK, metadata, length - 1));
    assertEquals(
        "the model's file cannot hold the names and the scaling of so many columns, or the names of"
            + " so many classes: expected a header of at most "
            + (length - 1)
            + " bytes but it would be one of "
            + length,
        e.getMessage());
  }
}
