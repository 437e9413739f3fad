package dev.yamabiko.model;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.yamabiko.model.CheckpointSlices.Damage;
import dev.yamabiko.model.CheckpointSlices.Slice;
import dev.yamabiko.step.Statistics;
import java.io.EOFException;
import java.io.IOException;
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
import java.util.Set;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;

/**
 * The manifest of a checkpoint: all of it but its vectors, which are in files of their own, one for
 * each slice ({@link CheckpointSlices}). A checkpoint is complete when its manifest is there, which
 * is written last. Numbers are little-endian:
 *
 * <pre>
 *   8 bytes   "YAMABIKO"
 *   int32     version of this format: 3
 *   int32     length of the text
 *   text      JSON, UTF-8: {"job": resolved job, "data_sha256", "metadata": {as in the model file},
 *             "step", "epochs", "samples", "rollbacks", "epoch": {statistics} or null,
 *             "best": {"epoch", "step", "value", "since", "weights": boolean} or null,
 *             "length": floats per vector, "state": number of optimizer vectors,
 *             "way_back": {"here": boolean, "last": {"diverged", "to"} or null,
 *             "earlier": [{the keys from "step" on, of another checkpoint}, ...]},
 *             "slices": [{"file": its name, "from", "to", "bytes", "crc32c"}, ...]}
 *   int32     CRC-32C of every byte before
 * </pre>
 *
 * <p>The checksums are compared before anything is believed, so a file that is torn or damaged is
 * found out, whichever bytes are wrong. What is wrong with a manifest whose checksum is right is
 * not damage, and must not cost a run its newest checkpoint.
 */
public final class CheckpointFile {

  /**
   * What is kept at a step.
   *
   * @param job the resolved job
   * @param dataSha256 names the data by content
   */
  public record Content(
      String job, String dataSha256, Map<String, String> metadata, Checkpoint checkpoint) {}

  private static final byte[] MAGIC = "YAMABIKO".getBytes(StandardCharsets.US_ASCII);
  private static final int VERSION = 3;
  private static final int FRAME = MAGIC.length + 3 * Integer.BYTES;

  /** An optimizer has a few, and there are few places to go back to. */
  private static final int MOST_VECTORS = 1 << 16;

  /** A model's metadata may be as long as in the model's own file. */
  private static final JsonMapper MAPPER =
      new JsonMapper(
          JsonFactory.builder()
              .streamReadConstraints(
                  StreamReadConstraints.builder()
                      .maxStringLength((int) SafetensorsFile.LONGEST_HEADER)
                      .build())
              .build());

  private CheckpointFile() {}

  /** Writes the file as it is; {@link AtomicFile} makes that safe. */
  static void write(Path file, Content content, List<Slice> slices) throws IOException {
    Map<String, Object> header = header(content);
    header.put("slices", slices.stream().map(CheckpointFile::numbers).toList());
    byte[] text = CanonicalJson.of(header).getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.allocate(FRAME + text.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(MAGIC).putInt(VERSION).putInt(text.length).put(text);
    bytes.putInt((int) checksum(bytes.array()));
    Files.write(file, bytes.array());
  }

  /** Of all but the last four bytes. */
  private static long checksum(byte[] bytes) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes, 0, bytes.length - Integer.BYTES);
    return checksum.getValue();
  }

  private static Map<String, Object> numbers(Slice slice) {
    Map<String, Object> numbers = new LinkedHashMap<>();
    numbers.put("file", slice.name());
    numbers.put("from", slice.from());
    numbers.put("to", slice.to());
    numbers.put("bytes", slice.bytes());
    numbers.put("crc32c", slice.checksum());
    return numbers;
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
   * Reads a checkpoint by its manifest, and puts its slices together.
   *
   * @throws CheckpointException if any of its files is torn, damaged or missing, so that an older
   *     checkpoint has to serve
   * @throws IOException if one cannot be read, or is whole but of another version
   */
  public static Content read(Path manifest) throws IOException {
    try {
      JsonNode header = header(manifest);
      List<Slice> slices = slices(header);
      requireFitting(slices, header);
      CheckpointSlices.requireWhole(folder(manifest), slices);
      Content content = content(header);
      CheckpointSlices.read(folder(manifest), slices, content.checkpoint());
      return content;
    } catch (Damage | EOFException e) {
      throw new CheckpointException(manifest + ": " + reason(e), e);
    } catch (IOException | RuntimeException e) {
      throw new IOException(manifest + ": " + reason(e), e);
    }
  }

  private static Path folder(Path manifest) {
    return manifest.toAbsolutePath().getParent();
  }

  /** The names of the files that belong to this manifest; empty if it cannot be read. */
  static Optional<Set<String>> sliceNames(Path manifest) {
    try {
      return Optional.of(
          slices(header(manifest)).stream().map(Slice::name).collect(Collectors.toSet()));
    } catch (IOException | RuntimeException e) {
      return Optional.empty();
    }
  }

  /** How far a run had come, by its manifest alone; empty if that cannot be read. */
  static Optional<Checkpoint.Position> position(Path manifest) {
    try {
      return Optional.of(position(header(manifest)));
    } catch (IOException | RuntimeException e) {
      return Optional.empty();
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

  private static JsonNode header(Path file) throws IOException {
    long size = Files.size(file);
    if (size < FRAME) {
      throw new Damage(
          "the file is torn: expected at least %d bytes but found %d".formatted(FRAME, size));
    }
    byte[] bytes = Files.readAllBytes(file);
    if (!Arrays.equals(Arrays.copyOf(bytes, MAGIC.length), MAGIC)) {
      throw new Damage("not a checkpoint, or a damaged one: it does not begin as one");
    }
    ByteBuffer numbers = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int expected = numbers.getInt(bytes.length - Integer.BYTES);
    int found = (int) checksum(bytes);
    if (expected != found) {
      throw new Damage(
          "the file is torn or damaged: expected the checksum %08x but found %08x"
              .formatted(expected, found));
    }
    int version = numbers.getInt(MAGIC.length);
    if (version != VERSION) {
      throw anotherVersion(version);
    }
    int length = numbers.getInt(MAGIC.length + Integer.BYTES);
    if (length != bytes.length - FRAME) {
      throw new IOException("the text's length %d does not fit the file".formatted(length));
    }
    return MAPPER.readTree(bytes, FRAME - Integer.BYTES, length);
  }

  private static IOException anotherVersion(int version) {
    return new IOException(
        "another version of Yamabiko wrote it: expected version %d of the format but found %d"
            .formatted(VERSION, version));
  }

  private static Content content(JsonNode header) {
    Map<String, String> metadata = new LinkedHashMap<>();
    header
        .path("metadata")
        .properties()
        .forEach(e -> metadata.put(e.getKey(), e.getValue().asText()));
    List<Integer> cuts = slices(header).stream().map(Slice::from).toList();
    return new Content(
        header.path("job").asText(),
        header.path("data_sha256").asText(),
        metadata,
        checkpoint(header, cuts));
  }

  private static List<Slice> slices(JsonNode header) {
    List<Slice> slices = new ArrayList<>();
    for (JsonNode slice : header.path("slices")) {
      slices.add(
          new Slice(
              slice.path("file").asText(),
              slice.path("from").asInt(),
              slice.path("to").asInt(),
              slice.path("bytes").asLong(),
              slice.path("crc32c").asInt()));
    }
    return slices;
  }

  /** One after the other the slices are the whole vector: room is made for no more than that. */
  private static void requireFitting(List<Slice> slices, JsonNode header) throws IOException {
    long length = header.path("length").asInt();
    long vectors = vectors(header, length);
    int from = 0;
    for (Slice slice : slices) {
      boolean isFile = !slice.name().isEmpty() && Path.of(slice.name()).getNameCount() == 1;
      if (!isFile
          || slice.from() != from
          || slice.to() < from
          || slice.bytes() != vectors * Float.BYTES * (slice.to() - from)) {
        throw new IOException("slice %s does not fit".formatted(slice));
      }
      from = slice.to();
    }
    if (slices.isEmpty() || from != length) {
      throw new IOException(
          "expected slices of %d elements but found %d of %d"
              .formatted(length, slices.size(), from));
    }
  }

  /** How many {@link #checkpoint} makes, as {@link CheckpointSlices} counts them. */
  private static long vectors(JsonNode numbers, long length) throws IOException {
    long state = numbers.path("state").asInt();
    if (numbers.path("length").asInt() != length || state < 0) {
      throw new IOException(
          "expected vectors of %d elements but found %s of %s"
              .formatted(length, numbers.path("state"), numbers.path("length")));
    }
    long vectors = 1 + state + (numbers.path("best").path("weights").asBoolean() ? 1 : 0);
    for (JsonNode other : numbers.path("way_back").path("earlier")) {
      vectors += vectors(other, length);
    }
    if (vectors > MOST_VECTORS) {
      throw new IOException(
          "expected at most %d vectors but found %d".formatted(MOST_VECTORS, vectors));
    }
    return vectors;
  }

  /** Its vectors are still to be filled. */
  private static Checkpoint checkpoint(JsonNode numbers, List<Integer> cuts) {
    int length = numbers.path("length").asInt();
    JsonNode best = numbers.path("best");
    return new Checkpoint(
        position(numbers),
        new float[length],
        new float[numbers.path("state").asInt()][length],
        best.isObject() ? Optional.of(best(best, length)) : Optional.empty(),
        wayBack(numbers, cuts),
        cuts);
  }

  private static Checkpoint.Position position(JsonNode numbers) {
    return new Checkpoint.Position(
        numbers.path("step").asLong(),
        numbers.path("epochs").asInt(),
        numbers.path("samples").asLong(),
        Optional.of(numbers.path("epoch"))
            .filter(JsonNode::isObject)
            .map(CheckpointFile::statistics),
        numbers.path("rollbacks").asInt());
  }

  private static Checkpoint.WayBack wayBack(JsonNode numbers, List<Integer> cuts) {
    List<Checkpoint> earlier = new ArrayList<>();
    for (JsonNode other : numbers.path("way_back").path("earlier")) {
      earlier.add(checkpoint(other, cuts));
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

  private static Checkpoint.Best best(JsonNode numbers, int length) {
    return new Checkpoint.Best(
        numbers.path("epoch").asInt(),
        numbers.path("step").asLong(),
        numbers.path("value").asDouble(),
        numbers.path("since").asInt(),
        numbers.path("weights").asBoolean() ? Optional.of(new float[length]) : Optional.empty());
  }
}
