package dev.yamabiko.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * All that a worker needs of a run's data, in one file that is read by mapping it. What is opened
 * has the {@link DatasetHash} of what was written: the same bits, whatever they were read from. The
 * file, numbers little-endian:
 *
 * <pre>
 *   bytes 0-7   "YAMADATA"
 *   int32       version, 1
 *   int32       bytes of the header, these first 16 included: a multiple of 8
 *   32 bytes    the {@link DatasetHash}
 *   int32       n, the number of floats that input bytes stand for; 0 if inputs are floats
 *   n float32   these floats: byte b stands for number b; ascending by their bits
 *   int32       number of parts: 1, or 2 with validation; then for each part, training first:
 *     int32       number of examples
 *     int32       rank of the input shape, and an int32 per dimension
 *     int32       0 if the targets are classes, 1 if they are values
 *     int32       number of classes or values; then for each:
 *       text        its name: int32 bytes, then UTF-8
 *       2 float64   of a value only: offset and scale
 *   zeros       up to a multiple of 8
 *   content     for each part:
 *     inputs      one byte or float32 per value, example by example; zeros up to a multiple of 8
 *     targets     {@link Targets#width} float32 per example; zeros up to a multiple of 8
 * </pre>
 *
 * <p>Inputs are bytes if all inputs of all parts have at most 256 different values (by their bits),
 * as those of images have. That is exact and four times smaller.
 */
public record PreparedDataset(String dataSha256, Dataset train, Optional<Dataset> validation) {

  /** Rises with every change of the format. */
  public static final int VERSION = PreparedHeader.VERSION;

  /**
   * Maps the file; reading an example then allocates nothing. Nobody may change the file while one
   * of the datasets is used; that its name is deleted does no harm.
   *
   * @throws DataException if it is no prepared dataset, of another version, or not whole
   */
  public static PreparedDataset open(Path file) throws IOException {
    return open(file, Segments.MAPPED_BITS);
  }

  static PreparedDataset open(Path file, int segmentBits) throws IOException {
    PreparedHeader header;
    try {
      header = header(file);
    } catch (DataException e) {
      throw new DataException(file + ": " + e.getMessage(), e);
    }
    Decoder decoder = header.table().length == 0 ? Decoder.FLOATS : decoder(header.table());
    List<Dataset> parts = new ArrayList<>();
    for (int i = 0; i < header.parts().size(); i++) {
      PreparedHeader.Part part = header.parts().get(i);
      Segments inputs = Segments.map(file, header.inputsAt(i), header.inputBytes(i), segmentBits);
      Segments targets =
          Segments.map(file, header.targetsAt(i), header.targetBytes(i), segmentBits);
      parts.add(
          new StoredExamples(
              part.inputShape(),
              part.targets(),
              part.examples(),
              new Elements(inputs, decoder),
              new Elements(targets, Decoder.FLOATS)));
    }
    return new PreparedDataset(
        header.dataSha256(), parts.get(0), parts.stream().skip(1).findFirst());
  }

  private static Decoder decoder(int[] table) {
    float[] floats = new float[table.length];
    for (int i = 0; i < table.length; i++) {
      floats[i] = Float.intBitsToFloat(table[i]);
    }
    return Decoder.ofTable(floats);
  }

  private static PreparedHeader header(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      int length = PreparedHeader.length(first(channel, PreparedHeader.START));
      PreparedHeader header = PreparedHeader.decode(first(channel, length));
      if (header.fileBytes() != channel.size()) {
        throw new DataException(
            String.format(
                "expected %d bytes by its header but found %d",
                header.fileBytes(), channel.size()));
      }
      return header;
    }
  }

  private static ByteBuffer first(FileChannel channel, int bytes) throws IOException {
    if (bytes > channel.size()) {
      throw new DataException(
          "expected a header of " + bytes + " bytes but the file has " + channel.size());
    }
    ByteBuffer buffer = ByteBuffer.allocate(bytes);
    while (buffer.hasRemaining() && channel.read(buffer, buffer.position()) >= 0) {
      // A file on disk gives all that is asked for, if in pieces.
    }
    return buffer.flip();
  }
}
