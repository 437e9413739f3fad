package dev.yamabiko.data;

import dev.yamabiko.tensor.Shape;
import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * What a {@link PreparedDataset} says of itself before its content, and by that where each part of
 * the content lies.
 *
 * @param table the bits of the floats that input bytes stand for, at most 256; empty if inputs are
 *     floats themselves. Like any array here it is owned by the record
 * @param parts training, then validation if there is one
 */
record PreparedHeader(String dataSha256, int[] table, List<Part> parts) {

  static final int VERSION = 1;

  /** Magic, version and length: what is to be read to know how much is to be read. */
  static final int START = 16;

  /** Everything in the file begins at a multiple of it. */
  private static final int ALIGNMENT = 8;

  private static final byte[] MAGIC = "YAMADATA".getBytes(StandardCharsets.US_ASCII);
  private static final int CLASSES = 0;
  private static final int VALUES = 1;

  /** One dataset without its numbers. */
  record Part(int examples, Shape inputShape, Targets targets) {

    static Part of(Dataset data) {
      return new Part(data.size(), data.inputShape(), data.targets());
    }

    long inputs() {
      return (long) examples * inputShape.size();
    }

    long targetFloats() {
      return (long) examples * targets.width();
    }
  }

  PreparedHeader {
    if (!dataSha256.matches("[0-9a-f]{64}")) {
      throw new IllegalArgumentException("expected a SHA-256 in hexadecimal but got " + dataSha256);
    }
    parts = List.copyOf(parts);
  }

  static long aligned(long bytes) {
    return Math.addExact(bytes, ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  private int bytesPerInput() {
    return table.length == 0 ? Float.BYTES : 1;
  }

  long inputBytes(int part) {
    return Math.multiplyExact(parts.get(part).inputs(), (long) bytesPerInput());
  }

  long targetBytes(int part) {
    return Math.multiplyExact(parts.get(part).targetFloats(), (long) Float.BYTES);
  }

  /** Where a part's inputs begin in the file; beyond the last part, the file's length. */
  long inputsAt(int part) {
    long at = encode().length;
    for (int i = 0; i < part; i++) {
      at = Math.addExact(at, aligned(inputBytes(i)));
      at = Math.addExact(at, aligned(targetBytes(i)));
    }
    return at;
  }

  long targetsAt(int part) {
    return inputsAt(part) + aligned(inputBytes(part));
  }

  long fileBytes() {
    return inputsAt(parts.size());
  }

  /** The header's bytes. */
  byte[] encode() {
    Out out = new Out();
    out.bytes.writeBytes(HexFormat.of().parseHex(dataSha256));
    out.int32(table.length);
    for (int bits : table) {
      out.int32(bits);
    }
    out.int32(parts.size());
    for (Part part : parts) {
      out.part(part);
    }
    int length = Math.toIntExact(aligned(START + out.bytes.size()));
    ByteBuffer header = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    header.put(MAGIC).putInt(VERSION).putInt(length).put(out.bytes.toByteArray());
    return header.array();
  }

  /**
   * The header's length, from its first {@link #START} bytes.
   *
   * @throws DataException naming what is wrong with them
   */
  static int length(ByteBuffer start) {
    ByteBuffer in = start.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    byte[] magic = new byte[MAGIC.length];
    in.get(magic);
    if (!Arrays.equals(MAGIC, magic)) {
      throw new DataException("expected a prepared dataset but it does not begin as one");
    }
    int version = in.getInt();
    if (version != VERSION) {
      throw new DataException(
          "expected a prepared dataset of version " + VERSION + " but found version " + version);
    }
    int length = in.getInt();
    if (length < START || length % ALIGNMENT != 0) {
      throw new DataException("expected a header's length but found " + length);
    }
    return length;
  }

  static PreparedHeader decode(ByteBuffer header) {
    In in = new In(header.duplicate().order(ByteOrder.LITTLE_ENDIAN).position(START));
    try {
      byte[] sha256 = in.raw(32);
      int[] table = new int[in.count(DistinctFloats.MOST)];
      for (int i = 0; i < table.length; i++) {
        table[i] = in.bytes.getInt();
      }
      List<Part> parts = new ArrayList<>();
      int count = in.count(2);
      for (int i = 0; i < count; i++) {
        parts.add(in.part());
      }
      if (parts.isEmpty()) {
        throw new DataException("expected one or two parts but the header says 0");
      }
      PreparedHeader decoded = new PreparedHeader(HexFormat.of().formatHex(sha256), table, parts);
      decoded.fileBytes(); // fails where sizes overflow
      return decoded;
    } catch (BufferUnderflowException | IllegalArgumentException | ArithmeticException e) {
      throw new DataException("the header of the prepared dataset is damaged: " + e, e);
    }
  }

  private static final class Out {
    final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    void int32(int value) {
      bytes.writeBytes(
          ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
    }

    void float64(double value) {
      long bits = Double.doubleToRawLongBits(value);
      int32((int) bits);
      int32((int) (bits >>> Integer.SIZE));
    }

    void text(String text) {
      byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
      int32(utf8.length);
      bytes.writeBytes(utf8);
    }

    void part(Part part) {
      int32(part.examples());
      int32(part.inputShape().rank());
      part.inputShape().dimensions().forEach(this::int32);
      if (part.targets() instanceof Targets.Classes classes) {
        int32(CLASSES);
        int32(classes.count());
        classes.names().forEach(this::text);
        return;
      }
      List<Targets.Value> values = ((Targets.Values) part.targets()).values();
      int32(VALUES);
      int32(values.size());
      for (Targets.Value value : values) {
        text(value.name());
        float64(value.offset());
        float64(value.scale());
      }
    }
  }

  private record In(ByteBuffer bytes) {

    /** A number of things that each take at least a byte. */
    int count(int most) {
      int count = bytes.getInt();
      if (count < 0 || count > most) {
        throw new IllegalArgumentException(
            "a count of " + count + " where at most " + most + " fit");
      }
      return count;
    }

    byte[] raw(int length) {
      byte[] raw = new byte[length];
      bytes.get(raw);
      return raw;
    }

    String text() {
      return new String(raw(count(bytes.remaining())), StandardCharsets.UTF_8);
    }

    Part part() {
      int examples = count(Integer.MAX_VALUE);
      int rank = count(bytes.remaining());
      List<Integer> dimensions = new ArrayList<>();
      for (int i = 0; i < rank; i++) {
        dimensions.add(bytes.getInt());
      }
      return new Part(examples, new Shape(dimensions), targets());
    }

    private Targets targets() {
      int kind = count(VALUES);
      int count = count(bytes.remaining());
      if (kind == CLASSES) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < count; i++) {
          names.add(text());
        }
        return new Targets.Classes(names);
      }
      List<Targets.Value> values = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        values.add(new Targets.Value(text(), bytes.getDouble(), bytes.getDouble()));
      }
      return new Targets.Values(values);
    }
  }
}
