package dev.yamabiko.data;

import dev.yamabiko.tensor.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Unsigned bytes in the IDX format of the MNIST database: two zero bytes, the element type, the
 * number of dimensions, each dimension as a big-endian int32, then the elements row-major.
 */
record IdxFile(int[] dimensions, Segments elements) {

  private static final int MAGIC_BYTES = 4;
  private static final int UNSIGNED_BYTE = 0x08;
  private static final int MAX_ARRAY = Integer.MAX_VALUE - 8;
  private static final HexFormat HEX = HexFormat.ofDelimiter(" ").withUpperCase();

  static Examples readExamples(DataSource.Idx source, DataStore store) {
    IdxFile images = read(source.images(), "images", 2, 4, store);
    IdxFile labels = read(source.labels(), "labels", 1, 1, store);
    if (images.dimensions[0] != labels.dimensions[0]) {
      throw new DataException(
          String.format(
              "%s holds %d images but %s holds %d labels; expected as many labels as images",
              source.images(), images.dimensions[0], source.labels(), labels.dimensions[0]));
    }
    return new ByteExamples(
        source.images().toString(),
        source.labels().toString(),
        exampleShape(images.dimensions),
        images.elements,
        labels.unsigned(),
        Optional.empty());
  }

  /** [n, features], [n, height, width] as one channel, or [n, channels, height, width]. */
  static Shape exampleShape(int[] dimensions) {
    return switch (dimensions.length) {
      case 2 -> Shape.of(dimensions[1]);
      case 3 -> Shape.of(1, dimensions[1], dimensions[2]);
      default -> Shape.of(dimensions[1], dimensions[2], dimensions[3]);
    };
  }

  private int[] unsigned() {
    byte[] bytes = elements.bytes(0, dimensions[0]);
    int[] values = new int[bytes.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = Byte.toUnsignedInt(bytes[i]);
    }
    return values;
  }

  private static IdxFile read(
      Path path, String content, int minRank, int maxRank, DataStore store) {
    return SourceFile.read(
        path,
        in -> {
          int rank = readRank(path, in, content, minRank, maxRank);
          int[] dimensions = readDimensions(path, in, rank);
          FileContent elements = content(path, dimensions, sizeOf(path, dimensions));
          return new IdxFile(dimensions, store.read(elements, in));
        });
  }

  /** What the header says that follows it. */
  static FileContent content(Path path, int[] dimensions, long size) {
    int header = MAGIC_BYTES + dimensions.length * Integer.BYTES;
    return new FileContent(path, header, size, inWords(dimensions));
  }

  static int readRank(Path path, InputStream in, String content, int minRank, int maxRank)
      throws IOException {
    byte[] magic = in.readNBytes(MAGIC_BYTES);
    String expected =
        "expected an IDX file of "
            + content
            + " (00 00 08 "
            + (minRank == maxRank ? "0" + minRank : "0" + minRank + " to 0" + maxRank)
            + ")";
    if (magic.length < MAGIC_BYTES || magic[0] != 0 || magic[1] != 0) {
      throw new DataException(
          path
              + ", byte 0: "
              + expected
              + " but found "
              + (magic.length == 0 ? "an empty file" : "the bytes " + HEX.formatHex(magic)));
    }
    if (magic[2] != UNSIGNED_BYTE) {
      throw new DataException(
          String.format(
              "%s, byte 2: expected elements of type 08 (unsigned byte) but found type %02X%s",
              path, magic[2], typeName(magic[2])));
    }
    int rank = magic[3] & 0xFF;
    if (rank < minRank || rank > maxRank) {
      String hint =
          rank == 1 ? "; is this the labels file?" : rank == 3 ? "; is this the images file?" : "";
      throw new DataException(
          path
              + ", byte 3: "
              + expected
              + " but found "
              + rank
              + (rank == 1 ? " dimension" : " dimensions")
              + hint);
    }
    return rank;
  }

  private static String typeName(byte type) {
    return switch (type) {
      case 0x09 -> " (signed byte)";
      case 0x0B -> " (short)";
      case 0x0C -> " (int)";
      case 0x0D -> " (float)";
      case 0x0E -> " (double)";
      default -> "";
    };
  }

  static int[] readDimensions(Path path, InputStream in, int rank) throws IOException {
    byte[] bytes = in.readNBytes(rank * Integer.BYTES);
    if (bytes.length < rank * Integer.BYTES) {
      throw new DataException(
          String.format(
              "%s, byte %d: the header is truncated; expected %d bytes of dimensions but found %d",
              path, MAGIC_BYTES, rank * Integer.BYTES, bytes.length));
    }
    int[] dimensions = new int[rank];
    ByteBuffer.wrap(bytes).asIntBuffer().get(dimensions);
    for (int i = 0; i < rank; i++) {
      if (dimensions[i] == 0) {
        throw new DataException(
            i == 0
                ? path + ": expected at least one example but the header says 0"
                : path + ", byte " + (MAGIC_BYTES + 4 * i) + ": a dimension is 0");
      }
    }
    return dimensions;
  }

  /** The examples fit one array of labels, and the values of one example fit one array. */
  private static long sizeOf(Path path, int[] dimensions) {
    long examples = Integer.toUnsignedLong(dimensions[0]);
    long values = 1;
    for (int i = 1; i < dimensions.length && values <= MAX_ARRAY; i++) {
      values *= Integer.toUnsignedLong(dimensions[i]);
    }
    if (examples > MAX_ARRAY || values > MAX_ARRAY) {
      throw new DataException(
          String.format(
              "%s: expected at most %d examples of at most %d values but the header says %s",
              path, MAX_ARRAY, MAX_ARRAY, inWords(dimensions)));
    }
    return examples * values;
  }

  static String inWords(int[] dimensions) {
    return Arrays.stream(dimensions)
        .mapToObj(Integer::toUnsignedString)
        .collect(Collectors.joining(" x "));
  }
}
