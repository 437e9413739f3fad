package dev.yamabiko.data;

import dev.yamabiko.tensor.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What a file in NumPy's .npy format says of its elements: NEP 1 and {@code numpy.lib.format},
 * versions 1.0 to 3.0. The file begins with 93 "NUMPY", two bytes of version and the length of a
 * dict literal (uint16, from version 2.0 on uint32, little-endian), then that literal.
 *
 * @param bytes the length of all that, behind which the elements lie
 * @param fortran whether the first index changes fastest from element to element, not the last
 * @param shape each dimension at least 1
 */
record NpyHeader(
    Path file, int bytes, ElementType type, ByteOrder order, boolean fortran, List<Integer> shape) {

  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final byte[] ZIP = {'P', 'K'};
  private static final int LONGEST = 1 << 16;
  private static final int MAX_DIMENSION = Integer.MAX_VALUE - 8;
  private static final HexFormat HEX = HexFormat.ofDelimiter(" ").withUpperCase();

  /** Reads the header and leaves the stream at the first element. */
  static NpyHeader read(Path file, InputStream in) throws IOException {
    byte[] magic = in.readNBytes(MAGIC.length);
    if (!Arrays.equals(magic, MAGIC)) {
      throw notNpy(file, magic);
    }
    byte[] version = in.readNBytes(2);
    int major = version.length < 2 ? -1 : version[0];
    if (version.length == 2 && (major < 1 || major > 3 || version[1] != 0)) {
      throw new DataException(
          String.format(
              "%s, byte 6: expected format version 1.0, 2.0 or 3.0 but found %d.%d",
              file, version[0] & 0xFF, version[1] & 0xFF));
    }
    int lengthBytes = major == 1 ? Short.BYTES : Integer.BYTES;
    byte[] length = in.readNBytes(lengthBytes);
    int before = MAGIC.length + 2 + lengthBytes;
    if (version.length < 2 || length.length < lengthBytes) {
      throw truncated(file, before, MAGIC.length + version.length + length.length);
    }
    long textLength =
        ByteBuffer.wrap(Arrays.copyOf(length, Long.BYTES)).order(ByteOrder.LITTLE_ENDIAN).getLong();
    if (textLength > LONGEST) {
      throw new DataException(
          String.format(
              "%s, byte 8: expected a header of at most %d bytes but found a length of %d",
              file, LONGEST, textLength));
    }
    byte[] text = in.readNBytes((int) textLength);
    if (text.length < textLength) {
      throw truncated(file, before + textLength, before + text.length);
    }
    Charset charset = major == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1;
    return of(
        file, before + text.length, NpyLiteral.parse(file, before, new String(text, charset)));
  }

  private static DataException notNpy(Path file, byte[] magic) {
    if (magic.length >= ZIP.length && Arrays.equals(Arrays.copyOf(magic, ZIP.length), ZIP)) {
      return new DataException(
          file
              + ": expected one array in a .npy file but found an archive; .npz is not supported,"
              + " save each array with numpy.save");
    }
    return new DataException(
        file
            + ", byte 0: expected a .npy file (93 4E 55 4D 50 59) but found "
            + (magic.length == 0 ? "an empty file" : "the bytes " + HEX.formatHex(magic)));
  }

  private static DataException truncated(Path file, long expected, long found) {
    return new DataException(
        String.format(
            "%s: the header is truncated; expected %d bytes but found %d", file, expected, found));
  }

  private static NpyHeader of(Path file, int bytes, NpyLiteral literal) {
    String descr = literal.descr();
    String expected =
        "expected a dtype of "
            + ElementType.names()
            + ", as '<f4', but found "
            + CsvCell.quote(descr);
    if (descr.length() < 2 || "<>|".indexOf(descr.charAt(0)) < 0) {
      throw new DataException(file + ": " + expected);
    }
    ElementType type =
        ElementType.named(descr.substring(1))
            .orElseThrow(() -> new DataException(file + ": " + expected));
    if (descr.charAt(0) == '|' && type.bytes() > 1) {
      throw new DataException(
          file + ": expected a byte order, < or >, before " + type.numpyName() + " but found |");
    }
    int[] shape = literal.shape().stream().mapToInt(d -> dimension(file, literal, d)).toArray();
    if (shape.length == 0) {
      throw new DataException(
          file + ": expected an array of at least one dimension, that of examples, but found ()");
    }
    return new NpyHeader(
        file,
        bytes,
        type,
        descr.charAt(0) == '>' ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN,
        // With one long dimension both orders are the same.
        literal.fortranOrder() && Arrays.stream(shape).filter(d -> d > 1).count() > 1,
        Arrays.stream(shape).boxed().toList());
  }

  private static int dimension(Path file, NpyLiteral literal, String digits) {
    long dimension = digits.length() > 10 ? Long.MAX_VALUE : Long.parseLong(digits);
    if (dimension < 1 || dimension > MAX_DIMENSION) {
      throw new DataException(
          String.format(
              "%s: expected dimensions from 1 to %d but found the shape (%s)",
              file, MAX_DIMENSION, String.join(", ", literal.shape())));
    }
    return (int) dimension;
  }

  int examples() {
    return shape.get(0);
  }

  /** Of one example; a number is an input of one feature. */
  Shape exampleShape() {
    return shape.size() == 1 ? Shape.of(1) : new Shape(shape.subList(1, shape.size()));
  }

  /** Values per example, which fit one array. */
  int exampleSize() {
    long size = 1;
    for (int d : shape.subList(1, shape.size())) {
      size *= d;
      if (size > MAX_DIMENSION) {
        throw new DataException(
            String.format(
                "%s: expected examples of at most %d values but found the shape %s",
                file, MAX_DIMENSION, shapeInWords()));
      }
    }
    return (int) size;
  }

  FileContent content() {
    // At most 2^62 elements of 8 bytes: more than a long holds, and than any disk.
    long bytes;
    try {
      bytes = Math.multiplyExact((long) examples() * exampleSize(), (long) type.bytes());
    } catch (ArithmeticException e) {
      throw new DataException(
          file + ": the shape " + shapeInWords() + " is larger than any file can be", e);
    }
    String elements = shape.stream().map(String::valueOf).collect(Collectors.joining(" x "));
    return new FileContent(file, this.bytes, bytes, elements + " of " + type.numpyName());
  }

  /** As Python writes it. */
  String shapeInWords() {
    String dimensions = shape.stream().map(String::valueOf).collect(Collectors.joining(", "));
    return shape.size() == 1 ? "(" + dimensions + ",)" : "(" + dimensions + ")";
  }
}
