package dev.yamabiko.cli;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import javax.imageio.ImageIO;

/** Test fixture: small files of every kind that a model takes, by their formats' descriptions. */
record InputFiles(Path directory) {

  /** Bytes that tell two classes apart a little: those of odd examples are brighter. */
  static byte[] pixels(int examples, int size, long seed) {
    Random random = new Random(seed);
    byte[] pixels = new byte[examples * size];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (random.nextInt(160) + (i / size % 2) * 90);
    }
    return pixels;
  }

  /** Labels 0, 1, 0, 1, ... */
  static byte[] alternating(int examples) {
    byte[] labels = new byte[examples];
    for (int i = 0; i < examples; i++) {
      labels[i] = (byte) (i % 2);
    }
    return labels;
  }

  void text(String name, String content) throws IOException {
    Files.writeString(directory.resolve(name), content);
  }

  /** Unsigned bytes in an IDX file. */
  void idx(String name, byte[] elements, int... dimensions) throws IOException {
    ByteBuffer file = ByteBuffer.allocate(4 + 4 * dimensions.length + elements.length);
    file.put(new byte[] {0, 0, 8, (byte) dimensions.length});
    for (int dimension : dimensions) {
      file.putInt(dimension);
    }
    file.put(elements);
    Files.write(directory.resolve(name), file.array());
  }

  void gzip(String name, String from) throws IOException {
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(directory.resolve(name)))) {
      Files.copy(directory.resolve(from), out);
    }
  }

  /**
   * A .npy file of version 1.0.
   *
   * @param type such as |u1 or &lt;f4
   * @param shape such as (3, 4)
   */
  void npy(String name, String type, String shape, byte[] elements) throws IOException {
    String dict = "{'descr': '" + type + "', 'fortran_order': False, 'shape': " + shape + ", }";
    String padded = dict + " ".repeat(63 - (10 + dict.length()) % 64) + "\n";
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.write(0x93);
    file.writeBytes("NUMPY\1\0".getBytes(StandardCharsets.US_ASCII));
    file.write(padded.length() & 0xFF);
    file.write(padded.length() >> 8);
    file.writeBytes(padded.getBytes(StandardCharsets.US_ASCII));
    file.writeBytes(elements);
    Files.write(directory.resolve(name), file.toByteArray());
  }

  static byte[] littleEndian(float... values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Float.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return bytes.array();
  }

  /** A grey image, drawn by chance. */
  void png(String name, int height, int width, long seed) throws IOException {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
    Random random = new Random(seed);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        image.getRaster().setSample(x, y, 0, random.nextInt(256));
      }
    }
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    ImageIO.write(image, "png", file.toFile());
  }
}
