package dev.yamabiko.coordinator.tensorboard;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * A Protobuf message, field by field: the key {@code number << 3 | wire type} as a varint, then the
 * value. Fixed values are little-endian. A field that is not written has its default.
 */
final class ProtoWriter {

  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int LENGTH_DELIMITED = 2;
  private static final int FIXED32 = 5;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  ProtoWriter whole(int field, long value) {
    key(field, VARINT);
    varint(value);
    return this;
  }

  ProtoWriter number(int field, double value) {
    key(field, FIXED64);
    fixed(Double.doubleToRawLongBits(value), Double.BYTES);
    return this;
  }

  ProtoWriter single(int field, float value) {
    key(field, FIXED32);
    fixed(Float.floatToRawIntBits(value), Float.BYTES);
    return this;
  }

  ProtoWriter text(int field, String value) {
    return bytes(field, value.getBytes(StandardCharsets.UTF_8));
  }

  ProtoWriter message(int field, ProtoWriter value) {
    return bytes(field, value.toBytes());
  }

  /** A repeated field in its packed form. */
  ProtoWriter numbers(int field, double[] values) {
    key(field, LENGTH_DELIMITED);
    varint((long) values.length * Double.BYTES);
    for (double value : values) {
      fixed(Double.doubleToRawLongBits(value), Double.BYTES);
    }
    return this;
  }

  byte[] toBytes() {
    return out.toByteArray();
  }

  private ProtoWriter bytes(int field, byte[] value) {
    key(field, LENGTH_DELIMITED);
    varint(value.length);
    out.writeBytes(value);
    return this;
  }

  private void key(int field, int type) {
    varint((long) field << 3 | type);
  }

  /** Seven bits at a time, the lowest first. */
  private void varint(long value) {
    long left = value;
    while ((left & ~0x7fL) != 0) {
      out.write((int) (left & 0x7f | 0x80));
      left >>>= 7;
    }
    out.write((int) left);
  }

  private void fixed(long bits, int bytes) {
    for (int i = 0; i < bytes; i++) {
      out.write((int) (bits >>> 8 * i));
    }
  }
}
