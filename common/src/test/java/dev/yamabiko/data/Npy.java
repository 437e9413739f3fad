package dev.yamabiko.data;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Test fixture: .npy files, byte for byte as the format's description says. */
final class Npy {

  private Npy() {}

  /** Version 1.0; the header is padded with blanks to a multiple of 64 and ends a line. */
  static byte[] bytes(String descr, String shape, byte... elements) {
    String dict = "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }";
    return withHeader(1, dict, elements);
  }

  static byte[] withHeader(int version, String dict, byte... elements) {
    int before = version == 1 ? 10 : 12;
    int padded = (before + dict.length() + 1 + 63) / 64 * 64;
    String text = dict + " ".repeat(padded - before - dict.length() - 1) + "\n";
    ByteBuffer head = ByteBuffer.allocate(before).order(ByteOrder.LITTLE_ENDIAN);
    head.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII));
    head.put((byte) version).put((byte) 0);
    if (version == 1) {
      head.putShort((short) text.length());
    } else {
      head.putInt(text.length());
    }
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.writeBytes(head.array());
    file.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    file.writeBytes(elements);
    return file.toByteArray();
  }

  static byte[] floats(float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return bytes.array();
  }

  static byte[] of(int... bytes) {
    byte[] result = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      result[i] = (byte) bytes[i];
    }
    return result;
  }

  static Path write(Path directory, String name, byte[] content) {
    try {
      return Files.write(directory.resolve(name), content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
