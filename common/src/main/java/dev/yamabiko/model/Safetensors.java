package dev.yamabiko.model;

import dev.yamabiko.nn.Network;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Model files in the safetensors format:
 *
 * <pre>
 *   8 bytes    N, length of the header, unsigned little-endian
 *   N bytes    the header, a JSON object in UTF-8, padded with spaces to a multiple of 8: for each
 *              tensor {"dtype": "F32", "shape": [...], "data_offsets": [begin, end]}, offsets in
 *              bytes from the header's end; under "__metadata__" an object of strings
 *   the rest   the tensors, row-major, little-endian, without gaps
 * </pre>
 *
 * <p>Tensors are named as {@link Network#places} and {@link Network#bufferPlaces} name them and
 * follow in that order, so the data part is the flat vector itself: parameters, then buffers.
 * {@link SafetensorsFile} reads such files. The metadata names the weights, so that a damaged file
 * does not pass for a model.
 */
public final class Safetensors {

  /** Where the metadata holds {@link WeightsHash} of the data part. */
  static final String WEIGHTS_HASH = "weights_sha256";

  private static final int CHUNK_FLOATS = 1 << 14;

  private Safetensors() {}

  /**
   * @param weights the network's whole flat vector
   * @param metadata to which the weights' hash is added
   */
  public static void write(
      Path file, Network network, float[] weights, Map<String, String> metadata)
      throws IOException {
    if (weights.length != network.length()) {
      throw new IllegalArgumentException(
          "expected %d weights but got %d".formatted(network.length(), weights.length));
    }
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
      Map<String, String> all = new LinkedHashMap<>(metadata);
      all.put(WEIGHTS_HASH, WeightsHash.sha256(weights));
      byte[] header = header(network, all);
      out.write(littleEndian(Long.BYTES).putLong(header.length).array());
      out.write(header);
      ByteBuffer bytes = littleEndian(CHUNK_FLOATS * Float.BYTES);
      for (int from = 0; from < weights.length; from += CHUNK_FLOATS) {
        int count = Math.min(CHUNK_FLOATS, weights.length - from);
        bytes.asFloatBuffer().put(weights, from, count);
        out.write(bytes.array(), 0, count * Float.BYTES);
      }
    }
  }

  /**
   * Whether a model's file will hold what is to be said of it, before it is trained.
   *
   * @param metadata without the weights' hash
   * @throws ModelException if its header would be longer than readers of the format take
   */
  public static void checkHeader(Network network, Map<String, String> metadata) {
    checkHeader(network, metadata, SafetensorsFile.LONGEST_HEADER);
  }

  static void checkHeader(Network network, Map<String, String> metadata, long most) {
    Map<String, String> all = new LinkedHashMap<>(metadata);
    all.put(WEIGHTS_HASH, "0".repeat(64));
    long length = header(network, all).length;
    if (length > most) {
      throw new ModelException(
          "the model's file cannot hold the names and the scaling of so many columns, or the names of so many classes: expected a header of at most %d bytes but it would be one of %d"
              .formatted(most, length));
    }
  }

  private static byte[] header(Network network, Map<String, String> metadata) {
    Map<String, Object> header = new LinkedHashMap<>();
    header.put("__metadata__", metadata);
    for (StoredTensor stored : StoredTensor.of(network)) {
      long begin = (long) stored.offset() * Float.BYTES;
      long end = begin + (long) stored.size() * Float.BYTES;
      Map<String, Object> tensor = new LinkedHashMap<>();
      tensor.put("dtype", "F32");
      tensor.put("shape", stored.shape().dimensions());
      tensor.put("data_offsets", List.of(begin, end));
      header.put(stored.name(), tensor);
    }
    byte[] json = CanonicalJson.of(header).getBytes(StandardCharsets.UTF_8);
    int padded = (json.length + 7) / 8 * 8;
    byte[] bytes = new byte[padded];
    System.arraycopy(json, 0, bytes, 0, json.length);
    Arrays.fill(bytes, json.length, padded, (byte) ' ');
    return bytes;
  }

  private static ByteBuffer littleEndian(int capacity) {
    return ByteBuffer.allocate(capacity).order(ByteOrder.LITTLE_ENDIAN);
  }
}
