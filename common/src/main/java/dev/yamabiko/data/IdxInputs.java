package dev.yamabiko.data;

import dev.yamabiko.tensor.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The images of an IDX file, one after the other.
 *
 * @param byteValues what the model sees of each byte
 */
record IdxInputs(Shape shape, float[] byteValues) {

  void read(Path path, InputSink sink) {
    SourceFile.read(
        path,
        in -> {
          int rank = IdxFile.readRank(path, in, "images", 2, 4);
          int[] dimensions = IdxFile.readDimensions(path, in, rank);
          checkShape(path, dimensions);
          checkSize(path, dimensions);
          readImages(path, in, dimensions, sink);
          return null;
        });
  }

  private void checkShape(Path path, int[] dimensions) {
    boolean fits = false;
    try {
      fits = IdxFile.exampleShape(dimensions).equals(shape);
    } catch (IllegalArgumentException e) {
      // Too large for any array, or negative as an int: it fits no model.
    }
    if (!fits) {
      throw new DataException(
          "%s: the model takes inputs of shape %s but the header says %s"
              .formatted(path, shape, IdxFile.inWords(dimensions)));
    }
  }

  /** Before the first image is taken; only reading it tells how long a gzip file's content is. */
  private void checkSize(Path path, int[] dimensions) throws IOException {
    if (!SourceFile.isGzip(path)) {
      long size = Integer.toUnsignedLong(dimensions[0]) * shape.size();
      FileContent content = IdxFile.content(path, dimensions, size);
      content.check(Files.size(path) - content.header());
    }
  }

  private void readImages(Path path, InputStream in, int[] dimensions, InputSink sink)
      throws IOException {
    long images = Integer.toUnsignedLong(dimensions[0]);
    byte[] bytes = new byte[shape.size()];
    float[] input = new float[bytes.length];
    for (long image = 0; image < images; image++) {
      int found = in.readNBytes(bytes, 0, bytes.length);
      if (found < bytes.length) {
        throw new DataException(
            "%s is truncated: the header says %s but image %d of %d is cut short"
                .formatted(path, IdxFile.inWords(dimensions), image, images));
      }
      for (int i = 0; i < bytes.length; i++) {
        input[i] = byteValues[bytes[i] & 0xFF];
      }
      sink.accept(new InputOrigin.Row(image), input);
    }
    // Reading on to the end also checks a gzip file's checksum.
    long trailing = in.transferTo(OutputStream.nullOutputStream());
    if (trailing > 0) {
      throw new DataException(
          "%s: the header says %s but %d bytes more follow"
              .formatted(path, IdxFile.inWords(dimensions), trailing));
    }
  }
}
