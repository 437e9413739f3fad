package dev.yamabiko.data;

import dev.yamabiko.tensor.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.Optional;

/**
 * One hash over all that a model will see of its data. SHA-256 runs over these bytes, all numbers
 * little-endian:
 *
 * <pre>
 *   int32   number of parts: 1, or 2 with validation; then for each part, training first:
 *   int64   number of examples
 *   int32   rank of the input shape, and an int32 per dimension
 *   int32   number of classes, or 0 if the targets are values
 *   int32   target floats per example
 *   float32 per example: the input, then the target
 * </pre>
 */
public final class DatasetHash {

  private static final int CHUNK_BYTES = 1 << 18;

  private DatasetHash() {}

  /** The hash in lower-case hexadecimal. */
  public static String sha256(Dataset train, Optional<Dataset> validation) {
    MessageDigest digest = ContentHash.digest();
    digest.update(littleEndian(Integer.BYTES).putInt(validation.isPresent() ? 2 : 1).flip());
    update(digest, train);
    validation.ifPresent(part -> update(digest, part));
    return ContentHash.name(digest);
  }

  private static void update(MessageDigest digest, Dataset data) {
    Shape shape = data.inputShape();
    int width = data.targets().width();
    ByteBuffer head = littleEndian(Long.BYTES + (3 + shape.rank()) * Integer.BYTES);
    head.putLong(data.size()).putInt(shape.rank());
    shape.dimensions().forEach(head::putInt);
    head.putInt(data.targets() instanceof Targets.Classes classes ? classes.count() : 0);
    digest.update(head.putInt(width).flip());

    int exampleFloats = Math.addExact(shape.size(), width);
    int examplesPerChunk = Math.max(1, CHUNK_BYTES / Float.BYTES / exampleFloats);
    float[] floats = new float[examplesPerChunk * exampleFloats];
    ByteBuffer bytes = littleEndian(Math.multiplyExact(floats.length, Float.BYTES));
    for (int from = 0; from < data.size(); from += examplesPerChunk) {
      int count = Math.min(examplesPerChunk, data.size() - from);
      for (int i = 0; i < count; i++) {
        data.readInput(from + i, floats, i * exampleFloats);
        data.readTarget(from + i, floats, i * exampleFloats + shape.size());
      }
      bytes.asFloatBuffer().put(floats, 0, count * exampleFloats);
      digest.update(bytes.array(), 0, count * exampleFloats * Float.BYTES);
    }
  }

  private static ByteBuffer littleEndian(int capacity) {
    return ByteBuffer.allocate(capacity).order(ByteOrder.LITTLE_ENDIAN);
  }
}
