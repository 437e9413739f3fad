package dev.yamabiko.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WeightsHashTest {

  @Test
  void shouldBeSha256OfNothingWithoutWeights() {
    assertEquals(
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        WeightsHash.sha256(new float[0]));
  }

  /** Around the size of the chunks that it reads. */
  @ParameterizedTest
  @ValueSource(ints = {1, 16_383, 16_384, 16_385, 40_000})
  void shouldBeSha256OverLittleEndianFloats(int count) throws Exception {
    float[] weights = new float[count];
    ByteBuffer bytes = ByteBuffer.allocate(4 * count).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      weights[i] = i * 0.37f - 5;
      bytes.putFloat(weights[i]);
    }
    byte[] expected = MessageDigest.getInstance("SHA-256").digest(bytes.array());
    assertEquals(HexFormat.of().formatHex(expected), WeightsHash.sha256(weights));
  }
}
