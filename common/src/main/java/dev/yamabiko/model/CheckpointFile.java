package dev.yamabiko.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.yamabiko.step.Statistics;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;

/**
 * One checkpoint in one file. Numbers are little-endian:
 *
 * <pre>
 *   8 bytes   "YAMABIKO"
 *   int32     version of this format: 3
 *   int32     length of the header
 *   header    JSON, UTF-8: {"job": resolved job, "data_sha256", "metadata": {as in the model file},
 *             "step", "epochs", "samples", "rollbacks", "epoch": {statistics} or null,
 *             "best": {"epoch", "step", "value", "since", "weights": boolean} or null,
 *             "length": floats per vector, "state": number of optimizer vectors,
 *             "way_back": {"here": boolean, "last": {"diverged", "to"} or null,
 *             "earlier": [{the keys from "step" on, of another checkpoint}, ...]}}
 *   float32   weights, then the optimizer's vectors, then the best weights where there are any;
 *             then the same of each earlier one
 *   int32     CRC-32C of every byte before
 * </pre>
 *
 * <p>The checksum is compared before anything is believed, so a file that is torn or damaged is
 * found out, whichever bytes are wrong. What is wrong with a file whose checksum is right is not
 * damage, and must not cost a run its newest checkpoint.
 */
public final class CheckpointFile {

  /**
   * What a file holds.
   *
   * @param job the resolved job
   * @param dataSha256 names the data by content
   */
  public record Content(
      String job, String dataSha256, Map<String, String> metadata, Checkpoint checkpoint) {}

  private static final byte[] MAGIC = "YAMABIKO".getBytes(StandardCharsets.US_ASCII);
  private static final int VERSION = 3;
  private static final int CHUNK_FLOATS = 1 << 14;
  private static final int FRAME = MAGIC.length + 3 * Integer.BYTES;
  private static final JsonMapper MAPPER = new JsonMapper();

  private CheckpointFile() {}

  /** Writes the file as it is; {@link AtomicFile} makes that safe. */
  public static void write(Path file, Content content) throws IOException {
    byte[] header = CanonicalJson.of(header(content)).getBytes(StandardCharsets.UTF_8);
    CRC32C checksum = new CRC32C();
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16)) {
      OutputStream checked = new CheckedOutputStream(out, checksum);
      checked.write(MAGIC);
      checked.write(int32(VERSION));
      checked.write(int32(header.length));
      checked.write(header);
      for (float[] vector : vectors(content.checkpoint())) {
        write(checked, vector);
      }
      out.write(int32((int) checksum.getValue()));
    }
  }

  private static byte[] int32(int value) {
    return ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array();
  }

  private static void write(OutputStream out, float[] vector) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.allocate(CHUNK_FLOATS * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int from = 0; from < vector.length; from += CHUNK_FLOATS) {
      int count = Math.min(CHUNK_FLOATS, vector.length - from);
      bytes.asFloatBuffer().put(vector, from, count);
      out.write(bytes.array(), 0, count * Float.BYTES);
    }
  }

  private static List<float[]> vectors(Checkpoint checkpoint) {
    List<float[]> vectors = new ArrayList<>();
    vectors.add(checkpoint.weights());
    vectors.addAll(Arrays.asList(checkpoint.state()));
    checkpoint.best().flatMap(Checkpoint.Best::weights).ifPresent(vectors::add);
    checkpoint.wayBack().earlier().forEach(other -> vectors.addAll(vectors(other)));
    return vectors;
  }

  private static Map<String, Object> header(Content content) {
    Map<String, Object> header = new LinkedHashMap<>();
    header.put("job", content.job());
    header.put("data_sha256", content.dataSha256());
    header.put("metadata", content.metadata());
    header.putAll(numbers(content.checkpoint()));
    return header;
  }

  private static Map<String, Object> numbers(Checkpoint checkpoint) {
    Map<String, Object> numbers = new LinkedHashMap<>();
    Checkpoint.Position position = checkpoint.position();
    numbers.put("step", position.step());
    numbers.put("epochs", position.epochs());
    numbers.put("samples", position.samples());
    numbers.put("rollbacks", position.rollbacks());
    numbers.put("epoch", position.epoch().map(CheckpointFile::numbers).orElse(null));
    numbers.put("best", checkpoint.best().map(CheckpointFile::numbers).orElse(null));
    numbers.put("length", checkpoint.weights().length);
    numbers.put("state", checkpoint.state().length);
    numbers.put("way_back", numbers(checkpoint.wayBack()));
    return numbers;
  }

  private static Map<String, Object> numbers(Checkpoint.WayBack wayBack) {
    Map<String, Object> numbers = new LinkedHashMap<>();
    numbers.put("here", wayBack.here());
    numbers.put("last", wayBack.last().map(CheckpointFile::numbers).orElse(null));
    numbers.put("earlier", wayBack.earlier().stream().map(CheckpointFile::numbers).toList());
    return numbers;
  }

  private static Map<String, Object> numbers(Checkpoint.Turn turn) {
    Map<String, Object> numbers = new LinkedHashMap<>();
    numbers.put("diverged", turn.diverged());
    numbers.put("to", turn.to());
    return numbers;
  }

  private static Map<String, Object> numbers(Statistics statistics) {
    Map<String, Object> numbers = new LinkedHashMap<>();
    numbers.put("examples", statistics.examples());
    numbers.put("loss", statistics.loss());
    numbers.put("correct", statistics.correct());
    numbers.put("squared_error", statistics.squaredError());
    numbers.put("sample_hash", statistics.sampleHash());
    return numbers;
  }

  private static Map<String, Object> numbers(Checkpoint.Best best) {
    Map<String, Object> numbers = new LinkedHashMap<>();
    numbers.put("epoch", best.epoch());
    numbers.put("step", best.step());
    numbers.put("value", best.value());
    numbers.put("since", best.since());
    numbers.put("weights", best.weights().isPresent());
    return numbers;
  }

  /**
   * @throws CheckpointException if the file is torn or damaged, so that an older one has to serve
   * @throws IOException if it cannot be read, or is whole but of another version
   */
  public static Content read(Path file) throws IOException {
    try {
      long size = Files.size(file);
      verify(file, size);
      try (DataInputStream in = open(file)) {
        return content(in, size - FRAME);
      }
    } catch (Damage | EOFException e) {
      throw new CheckpointException(file + ": " + reason(e), e);
    } catch (IOException | RuntimeException e) {
      throw new IOException(file + ": " + reason(e), e);
    }
  }

  /** The bytes are not those that were written. */
  private static final class Damage extends IOException {
    private static final long serialVersionUID = 1L;

    Damage(String message) {
      super(message);
    }
  }

  private static String reason(Exception e) {
    if (e instanceof EOFException) {
      return "the file is torn: it ends too early";
    }
    // Their messages are the file's name alone.
    if (e instanceof NoSuchFileException) {
      return "there is no such file";
    }
    if (e instanceof AccessDeniedException) {
      return "no permission to read it";
    }
    return e instanceof IOException && e.getMessage() != null ? e.getMessage() : e.toString();
  }

  private static DataInputStream open(Path file) throws IOException {
    return new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 16));
  }

  private static void verify(Path file, long size) throws IOException {
    if (size < FRAME) {
      throw new Damage(
          "the file is torn: expected at least %d bytes but found %d".formatted(FRAME, size));
    }
    CRC32C checksum = new CRC32C();
    try (DataInputStream in = open(file)) {
      InputStream checked = new CheckedInputStream(in, checksum);
      byte[] magic = checked.readNBytes(MAGIC.length);
      if (!Arrays.equals(magic, MAGIC)) {
        throw new Damage("not a checkpoint, or a damaged one: it does not begin as one");
      }
      long left = size - MAGIC.length - Integer.BYTES;
      byte[] chunk = new byte[1 << 16];
      while (left > 0) {
        int count = checked.read(chunk, 0, (int) Math.min(chunk.length, left));
        if (count < 0) {
          throw new EOFException();
        }
        left -= count;
      }
      int expected = Integer.reverseBytes(in.readInt());
      if (expected != (int) checksum.getValue()) {
        throw new Damage(
            "the file is torn or damaged: expected the checksum %08x but found %08x"
                .formatted(expected, (int) checksum.getValue()));
      }
    }
  }

  private static Content content(DataInputStream in, long left) throws IOException {
    in.skipNBytes(MAGIC.length);
    int version = Integer.reverseBytes(in.readInt());
    if (version != VERSION) {
      throw new IOException(
          "another version of Yamabiko wrote it: expected version %d of the format but found %d"
              .formatted(VERSION, version));
    }
    int length = Integer.reverseBytes(in.readInt());
    if (length < 0 || length > left) {
      throw new IOException("the header's length %d does not fit the file".formatted(length));
    }
    JsonNode header = MAPPER.readTree(in.readNBytes(length));
    long floats = floats(header);
    if (floats * Float.BYTES != left - length) {
      throw new IOException(
          "expected %d bytes of vectors but found %d"
              .formatted(floats * Float.BYTES, left - length));
    }
    Map<String, String> metadata = new LinkedHashMap<>();
    header
        .path("metadata")
        .properties()
        .forEach(e -> metadata.put(e.getKey(), e.getValue().asText()));
    return new Content(
        header.path("job").asText(),
        header.path("data_sha256").asText(),
        metadata,
        checkpoint(header, in));
  }

  private static boolean hasBestWeights(JsonNode numbers) {
    return numbers.path("best").path("weights").asBoolean();
  }

  /** Of all vectors that these numbers announce. */
  private static long floats(JsonNode numbers) {
    long vectors = 1 + numbers.path("state").asLong() + (hasBestWeights(numbers) ? 1 : 0);
    long own = vectors * numbers.path("length").asLong();
    for (JsonNode other : earlier(numbers)) {
      own += floats(other);
    }
    return own;
  }

  private static JsonNode earlier(JsonNode numbers) {
    return numbers.path("way_back").path("earlier");
  }

  private static Checkpoint checkpoint(JsonNode numbers, DataInputStream in) throws IOException {
    int length = numbers.path("length").asInt();
    float[] weights = vector(in, length);
    float[][] state = new float[numbers.path("state").asInt()][];
    for (int i = 0; i < state.length; i++) {
      state[i] = vector(in, length);
    }
    Optional<float[]> bestWeights =
        hasBestWeights(numbers) ? Optional.of(vector(in, length)) : Optional.empty();
    JsonNode best = numbers.path("best");
    return new Checkpoint(
        new Checkpoint.Position(
            numbers.path("step").asLong(),
            numbers.path("epochs").asInt(),
            numbers.path("samples").asLong(),
            Optional.of(numbers.path("epoch"))
                .filter(JsonNode::isObject)
                .map(CheckpointFile::statistics),
            numbers.path("rollbacks").asInt()),
        weights,
        state,
        best.isObject() ? Optional.of(best(best, bestWeights)) : Optional.empty(),
        wayBack(numbers, in));
  }

  private static Checkpoint.WayBack wayBack(JsonNode numbers, DataInputStream in)
      throws IOException {
    List<Checkpoint> earlier = new ArrayList<>();
    for (JsonNode other : earlier(numbers)) {
      earlier.add(checkpoint(other, in));
    }
    JsonNode wayBack = numbers.path("way_back");
    return new Checkpoint.WayBack(
        wayBack.path("here").asBoolean(),
        earlier,
        Optional.of(wayBack.path("last"))
            .filter(JsonNode::isObject)
            .map(
                last ->
                    new Checkpoint.Turn(last.path("diverged").asLong(), last.path("to").asLong())));
  }

  private static Statistics statistics(JsonNode numbers) {
    return new Statistics(
        numbers.path("examples").asLong(),
        numbers.path("loss").asDouble(),
        numbers.path("correct").asLong(),
        numbers.path("squared_error").asDouble(),
        numbers.path("sample_hash").asLong());
  }

  private static Checkpoint.Best best(JsonNode numbers, Optional<float[]> weights) {
    return new Checkpoint.Best(
        numbers.path("epoch").asInt(),
        numbers.path("step").asLong(),
        numbers.path("value").asDouble(),
        numbers.path("since").asInt(),
        weights);
  }

  private static float[] vector(DataInputStream in, int length) throws IOException {
    float[] vector = new float[length];
    byte[] chunk = new byte[CHUNK_FLOATS * Float.BYTES];
    for (int from = 0; from < length; from += CHUNK_FLOATS) {
      int count = Math.min(CHUNK_FLOATS, length - from);
      in.readFully(chunk, 0, count * Float.BYTES);
      ByteBuffer.wrap(chunk)
          .order(ByteOrder.LITTLE_ENDIAN)
          .asFloatBuffer()
          .get(vector, from, count);
    }
    return vector;
  }
}
