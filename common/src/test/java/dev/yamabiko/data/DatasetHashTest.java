package dev.yamabiko.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.yamabiko.tensor.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DatasetHashTest {

  private static final Targets VALUE = new Targets.Values(List.of(Targets.Value.plain("y")));

  private static Dataset rows(Targets targets, int features, float[] inputs, float... outputs) {
    return new StoredExamples(
        Shape.of(features), targets, outputs.length, elements(inputs), elements(outputs));
  }

  private static Elements elements(float[] values) {
    return new Elements(Segments.wrap(Npy.floats(values)), Decoder.FLOATS);
  }

  private static String hash(Dataset train) {
    return DatasetHash.sha256(train, Optional.empty());
  }

  @Test
  void shouldHashTheDocumentedBytes() throws GeneralSecurityException {
    Dataset train = rows(VALUE, 2, new float[] {1, 2, 3, 4}, 10, 20);
    Dataset validation = rows(Targets.Classes.numbered(7), 1, new float[] {5}, 6);
    ByteBuffer bytes = ByteBuffer.allocate(200).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(2);
    bytes.putLong(2).putInt(1).putInt(2).putInt(0).putInt(1);
    bytes.putFloat(1).putFloat(2).putFloat(10).putFloat(3).putFloat(4).putFloat(20);
    bytes.putLong(1).putInt(1).putInt(1).putInt(7).putInt(1);
    bytes.putFloat(5).putFloat(6);
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    digest.update(bytes.flip());
    assertEquals(
        HexFormat.of().formatHex(digest.digest()),
        DatasetHash.sha256(train, Optional.of(validation)));
  }

  @Test
  void shouldNotChangeWithTheChunkSizeOrTheStorage() {
    DataSource source = new DataSource.Builtin("digits", 300, 1);
    Dataset whole = Loading.load(source).train();
    float[] inputs = new float[300 * 784];
    for (int i = 0; i < 300; i++) {
      whole.readInput(i, inputs, i * 784);
    }
    Dataset copied =
        new StoredExamples(
            whole.inputShape(),
            whole.targets(),
            300,
            elements(inputs),
            elements(Loading.targets(whole)));
    assertEquals(hash(whole), hash(copied));
  }

  @Test
  void shouldChangeWithAnyValueShapeOrPart() {
    Dataset data = rows(VALUE, 2, new float[] {1, 2, 3, 4}, 10, 20);
    String hash = hash(data);
    assertNotEquals(hash, hash(rows(VALUE, 2, new float[] {1, 2, 3, 4}, 10, 21)));
    assertNotEquals(hash, hash(rows(VALUE, 2, new float[] {1, 2, 4, 3}, 10, 20)));
    assertNotEquals(hash, hash(rows(VALUE, 1, new float[] {1, 2, 3, 4}, 10, 20)));
    assertNotEquals(
        hash, hash(rows(Targets.Classes.numbered(30), 2, new float[] {1, 2, 3, 4}, 10, 20)));
    assertNotEquals(hash, DatasetHash.sha256(data, Optional.of(data)));
  }
}
