package dev.yamabiko.data;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * How the bytes of an element become the float that a model sees: the number as a double, times
 * {@code scale}, rounded to float. It is the one place that does so, wherever the bytes lie.
 */
final class Decoder {

  private static final float[] UNIT = new float[256];

  static {
    for (int i = 0; i < 256; i++) {
      UNIT[i] = i / 255f;
    }
  }

  /** Little-endian floats as they are. */
  static final Decoder FLOATS = new Decoder(ElementType.F4, ByteOrder.LITTLE_ENDIAN, 1);

  /** Unsigned bytes, seen as byte / 255f. */
  static final Decoder UNIT_BYTES =
      new Decoder(ElementType.U1, ByteOrder.LITTLE_ENDIAN, 1 / 255.0, UNIT);

  private final ElementType type;
  private final ByteOrder order;
  private final double scale;

  /** What each byte means, for elements of one byte; else null. */
  private final float[] table;

  Decoder(ElementType type, ByteOrder order, double scale) {
    this(type, order, scale, type.bytes() == 1 ? table(type, scale) : null);
  }

  private Decoder(ElementType type, ByteOrder order, double scale, float[] table) {
    this.type = type;
    this.order = order;
    this.scale = scale;
    this.table = table;
  }

  /**
   * Bytes that are numbers of floats.
   *
   * @param floats at most 256
   */
  static Decoder ofTable(float[] floats) {
    return new Decoder(ElementType.U1, ByteOrder.LITTLE_ENDIAN, 1, Arrays.copyOf(floats, 256));
  }

  private static float[] table(ElementType type, double scale) {
    float[] table = new float[256];
    for (int i = 0; i < 256; i++) {
      table[i] = (float) (type.read(ByteBuffer.wrap(new byte[] {(byte) i}), 0) * scale);
    }
    return table;
  }

  ElementType type() {
    return type;
  }

  ByteOrder order() {
    return order;
  }

  /** Whether the elements are floats that a model sees as they are. */
  boolean isPlainFloats() {
    return type == ElementType.F4 && scale == 1;
  }

  /** Whether some bytes give a float that is NaN or infinite. */
  boolean mayBeNotFinite() {
    return type.isFloat() || scale > 1;
  }

  /** Decodes elements of a buffer that is in {@link #order}, from byte {@code from} on. */
  void decode(ByteBuffer buffer, int from, float[] into, int at, int count) {
    if (table != null) {
      decodeBytes(buffer, from, into, at, count);
    } else {
      for (int i = 0; i < count; i++) {
        into[at + i] = (float) (type.read(buffer, from + i * type.bytes()) * scale);
      }
    }
  }

  private void decodeBytes(ByteBuffer buffer, int from, float[] into, int at, int count) {
    if (buffer.hasArray()) {
      byte[] bytes = buffer.array();
      int first = buffer.arrayOffset() + from;
      for (int i = 0; i < count; i++) {
        into[at + i] = table[bytes[first + i] & 0xFF];
      }
    } else {
      for (int i = 0; i < count; i++) {
        into[at + i] = table[buffer.get(from + i) & 0xFF];
      }
    }
  }
}
