package dev.yamabiko.data;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The bytes of a {@link PreparedDataset} that is yet to be written. */
public final class PreparedContent {

  private static final int CHUNK_FLOATS = 1 << 16;
  private static final int NAME_BYTES = 8;

  private final List<Dataset> parts;
  private final Optional<DistinctFloats> distinct;
  private final PreparedHeader header;
  private final ByteBuffer chunk =
      ByteBuffer.allocate(CHUNK_FLOATS * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);

  private PreparedContent(List<Dataset> parts, String dataSha256) {
    this.parts = parts;
    distinct = DistinctFloats.of(parts);
    int[] table = distinct.map(DistinctFloats::sortedBits).orElse(new int[0]);
    header = new PreparedHeader(dataSha256, table, describe(parts));
  }

  /**
   * Reads the inputs once, as far as it takes to see whether they have few different values.
   *
   * @param dataSha256 the {@link DatasetHash}, in hexadecimal
   */
  public static PreparedContent of(Dataset train, Optional<Dataset> validation, String dataSha256) {
    return new PreparedContent(parts(train, validation), dataSha256);
  }

  /**
   * Names what would be written without reading it: by the data's hash, the format's version, and a
   * hash of what the data's does not cover, such as the names of classes.
   */
  public static String name(Dataset train, Optional<Dataset> validation, String dataSha256) {
    byte[] words =
        new PreparedHeader(dataSha256, new int[0], describe(parts(train, validation))).encode();
    byte[] hash = ContentHash.digest().digest(words);
    String ending = HexFormat.of().formatHex(hash, 0, NAME_BYTES);
    return dataSha256 + "-" + PreparedHeader.VERSION + "-" + ending;
  }

  private static List<Dataset> parts(Dataset train, Optional<Dataset> validation) {
    return Stream.concat(Stream.of(train), validation.stream()).toList();
  }

  private static List<PreparedHeader.Part> describe(List<Dataset> parts) {
    return parts.stream().map(PreparedHeader.Part::of).toList();
  }

  public long bytes() {
    return header.fileBytes();
  }

  /** Writes all of it in pieces, so that the heap never holds more than some examples. */
  public void writeTo(OutputStream out) throws IOException {
    out.write(header.encode());
    for (int i = 0; i < parts.size(); i++) {
      writeInputs(parts.get(i), out);
      pad(header.inputBytes(i), out);
      writeTargets(parts.get(i), out);
      pad(header.targetBytes(i), out);
    }
  }

  private static void pad(long written, OutputStream out) throws IOException {
    out.write(new byte[(int) (PreparedHeader.aligned(written) - written)]);
  }

  private void writeInputs(Dataset data, OutputStream out) throws IOException {
    int size = data.inputShape().size();
    int atOnce = Math.max(1, CHUNK_FLOATS / size);
    float[] floats = new float[atOnce * size];
    for (int from = 0; from < data.size(); from += atOnce) {
      int n = Math.min(atOnce, data.size() - from);
      for (int i = 0; i < n; i++) {
        data.readInput(from + i, floats, i * size);
      }
      if (distinct.isPresent()) {
        writeNumbers(distinct.get(), floats, n * size, out);
      } else {
        writeFloats(floats, n * size, out);
      }
    }
  }

  private void writeTargets(Dataset data, OutputStream out) throws IOException {
    int width = data.targets().width();
    int atOnce = Math.max(1, CHUNK_FLOATS / width);
    float[] floats = new float[atOnce * width];
    for (int from = 0; from < data.size(); from += atOnce) {
      int n = Math.min(atOnce, data.size() - from);
      for (int i = 0; i < n; i++) {
        data.readTarget(from + i, floats, i * width);
      }
      writeFloats(floats, n * width, out);
    }
  }

  /** One example may be longer than a chunk. */
  private void writeFloats(float[] floats, int count, OutputStream out) throws IOException {
    for (int done = 0; done < count; ) {
      int n = Math.min(CHUNK_FLOATS, count - done);
      chunk.asFloatBuffer().put(floats, done, n);
      out.write(chunk.array(), 0, n * Float.BYTES);
      done += n;
    }
  }

  private void writeNumbers(DistinctFloats distinct, float[] floats, int count, OutputStream out)
      throws IOException {
    byte[] bytes = chunk.array();
    for (int done = 0; done < count; ) {
      int n = Math.min(CHUNK_FLOATS, count - done);
      for (int i = 0; i < n; i++) {
        bytes[i] = distinct.numberOf(floats[done + i]);
      }
      out.write(bytes, 0, n);
      done += n;
    }
  }
}
