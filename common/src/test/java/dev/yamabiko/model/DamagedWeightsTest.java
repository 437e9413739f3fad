package dev.yamabiko.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.nn.Dense;
import dev.yamabiko.nn.Initializer;
import dev.yamabiko.nn.Network;
import dev.yamabiko.tensor.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A model file whose weights are not those that were written, or are no numbers. */
class DamagedWeightsTest {

  /** Its tensors take more than one chunk of reading. */
  private static final Network NETWORK =
      Network.build(Shape.of(70), List.of(new Dense.Spec(300, Initializer.HE)));

  @TempDir private Path directory;

  private Path file;

  @BeforeEach
  void name() {
    file = directory.resolve("model.safetensors");
  }

  private String error() {
    return assertThrows(ModelException.class, () -> SafetensorsFile.open(file)).getMessage();
  }

  @Test
  void shouldOpenWhatWasWritten() throws IOException {
    float[] weights = NETWORK.initialWeights(1);
    Safetensors.write(file, NETWORK, weights, Map.of());
    float[] read = new float[weights.length];
    try (SafetensorsFile open = SafetensorsFile.open(file)) {
      for (StoredTensor tensor : StoredTensor.of(NETWORK)) {
        open.read(tensor.name(), tensor.shape(), read, tensor.offset());
      }
    }
    assertArrayEquals(weights, read);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1 << 16, 4 * (70 * 300 + 300) - 1})
  void shouldRefuseOneBitThatDiffers(int at) throws IOException {
    float[] weights = NETWORK.initialWeights(1);
    Safetensors.write(file, NETWORK, weights, Map.of());
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 4 * weights.length + at] ^= 1;
    Files.write(file, bytes);
    String error = error();
    assertTrue(error.startsWith(file + ": the weights are damaged"), error);
    assertTrue(error.contains("expected " + WeightsHash.sha256(weights) + " but found "), error);
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void shouldRefuseWhatIsNoNumber(float value) throws IOException {
    float[] weights = NETWORK.initialWeights(1);
    weights[20_000] = value;
    Safetensors.write(file, NETWORK, weights, Map.of());
    try (SafetensorsFile open = SafetensorsFile.open(file)) {
      StoredTensor tensor = StoredTensor.of(NETWORK).get(0);
      ModelException refused =
          assertThrows(
              ModelException.class,
              () -> open.read(tensor.name(), tensor.shape(), new float[70 * 300], 0));
      assertEquals(
          file
              + ": tensor 0.weight: expected finite numbers of 32 bits but element 20000 is "
              + value,
          refused.getMessage());
    }
  }

  @Test
  void shouldTakeAFileFromElsewhereThatNamesNoWeights() throws IOException {
    byte[] header =
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}"
            .getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.allocate(12 + header.length).order(ByteOrder.LITTLE_ENDIAN);
    Files.write(file, bytes.putLong(header.length).put(header).putFloat(2.5f).array());
    float[] read = new float[1];
    try (SafetensorsFile open = SafetensorsFile.open(file)) {
      open.read("a", Shape.of(1), read, 0);
    }
    assertArrayEquals(new float[] {2.5f}, read);
  }
}
