package dev.yamabiko.benchmarks.compare;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;

/**
 * Images like MNIST's: 28 x 28 pixels in [0, 1], about a fifth of them ink, ten classes. Each class
 * is a curve of its own, each example that curve, shifted by up to 2 pixels, under noise. A seed
 * fixes every bit.
 *
 * @param images [examples, 1, 28, 28]
 * @param labels 0 to 9, one for each example
 */
public record ImageSet(float[] images, int[] labels) {

  public static final int SIDE = 28;
  public static final int PIXELS = SIDE * SIDE;
  public static final int CLASSES = 10;

  private static final int EXAMPLES = 4096;
  private static final long SEED = 20;

  /** The set that every contestant trains on: 4,096 images, 12.8 MB. */
  public static ImageSet standard() {
    SplittableRandom random = new SplittableRandom(SEED);
    double[][] curves = new double[CLASSES][];
    for (int c = 0; c < CLASSES; c++) {
      curves[c] = random.doubles(4, 0.5, 3.5).toArray();
    }
    float[] images = new float[EXAMPLES * PIXELS];
    int[] labels = new int[EXAMPLES];
    for (int i = 0; i < EXAMPLES; i++) {
      labels[i] = random.nextInt(CLASSES);
      draw(curves[labels[i]], random, images, i * PIXELS);
    }
    return new ImageSet(images, labels);
  }

  /** A Lissajous figure as a stroke of some three pixels. */
  private static void draw(double[] curve, SplittableRandom random, float[] images, int offset) {
    double down = random.nextInt(-2, 3);
    double right = random.nextInt(-2, 3);
    for (double t = 0; t < 1; t += 1.0 / 128) {
      double y = 13.5 + down + 9 * StrictMath.sin(2 * Math.PI * (curve[0] * t) + curve[2]);
      double x = 13.5 + right + 9 * StrictMath.sin(2 * Math.PI * (curve[1] * t) + curve[3]);
      stamp(y, x, images, offset);
    }
    for (int p = offset; p < offset + PIXELS; p++) {
      if (images[p] > 0) {
        images[p] = Math.min(1, images[p] * (float) random.nextDouble(0.8, 1.2));
      }
    }
  }

  private static void stamp(double y, double x, float[] images, int offset) {
    for (int row = Math.max(0, (int) y - 1); row <= Math.min(SIDE - 1, (int) y + 2); row++) {
      for (int col = Math.max(0, (int) x - 1); col <= Math.min(SIDE - 1, (int) x + 2); col++) {
        double distance = Math.sqrt((row - y) * (row - y) + (col - x) * (col - x));
        int pixel = offset + row * SIDE + col;
        images[pixel] = Math.max(images[pixel], (float) Math.max(0, 1 - distance / 2));
      }
    }
  }

  public int size() {
    return labels.length;
  }

  /** The images of batch number {@code b} of the set, which is cut into whole batches. */
  public FloatBuffer images(int b, int batch) {
    return FloatBuffer.wrap(images, b * batch * PIXELS, batch * PIXELS).slice();
  }

  /** Their labels, each as a row of ten numbers with a one at its class. */
  public float[] oneHot(int b, int batch) {
    float[] rows = new float[batch * CLASSES];
    for (int i = 0; i < batch; i++) {
      rows[i * CLASSES + labels[b * batch + i]] = 1;
    }
    return rows;
  }

  /** Their labels. */
  public long[] labels(int b, int batch) {
    long[] classes = new long[batch];
    for (int i = 0; i < batch; i++) {
      classes[i] = labels[b * batch + i];
    }
    return classes;
  }

  /** Writes {@code images.npy} and {@code labels.npy}, which the trainer's job reads. */
  public void write(Path directory) throws IOException {
    ByteBuffer pixels = littleEndian(images.length);
    pixels.asFloatBuffer().put(images);
    write(directory.resolve("images.npy"), "<f4", "(%d, 1, 28, 28)".formatted(size()), pixels);
    ByteBuffer classes = littleEndian(labels.length);
    classes.asIntBuffer().put(labels);
    write(directory.resolve("labels.npy"), "<i4", "(%d,)".formatted(size()), classes);
  }

  private static ByteBuffer littleEndian(int elements) {
    return ByteBuffer.allocate(4 * elements).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Version 1.0 of the format: magic, header length, header padded to 64 bytes, elements. */
  private static void write(Path file, String type, String shape, ByteBuffer elements)
      throws IOException {
    String header = "{'descr': '%s', 'fortran_order': False, 'shape': %s, }".formatted(type, shape);
    int length = (10 + header.length() + 1 + 63) / 64 * 64 - 10;
    ByteBuffer bytes =
        ByteBuffer.allocate(10 + length + elements.capacity()).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII));
    bytes.put((byte) 1).put((byte) 0).putShort((short) length);
    String padded = header + " ".repeat(length - header.length() - 1) + "\n";
    bytes.put(padded.getBytes(StandardCharsets.US_ASCII)).put(elements);
    Files.write(file, bytes.array());
  }
}
