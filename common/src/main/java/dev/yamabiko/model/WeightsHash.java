package dev.yamabiko.model;

import dev.yamabiko.data.ContentHash;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;

/** The name of a result: equal hashes mean equal bits in every weight. */
public final class WeightsHash {

  private static final int CHUNK_FLOATS = 1 << 14;

  private WeightsHash() {}

  /** SHA-256 over the weights as float32, little-endian, in lower-case hexadecimal. */
  public static String sha256(float[] weights) {
    MessageDigest digest = ContentHash.digest();
    ByteBuffer bytes =
        ByteBuffer.allocate(CHUNK_FLOATS * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int from = 0; from < weights.length; from += CHUNK_FLOATS) {
      int count = Math.min(CHUNK_FLOATS, weights.length - from);
      bytes.asFloatBuffer().put(weights, from, count);
      digest.update(bytes.array(), 0, count * Float.BYTES);
    }
    return ContentHash.name(digest);
  }
}
