package dev.yamabiko.model;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.yamabiko.tensor.Shape;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The JSON header of a safetensors file.
 *
 * @param tensors in the order in which they lie in the file
 */
record SafetensorsHeader(Map<String, String> metadata, Map<String, Tensor> tensors) {

  private static final String METADATA = "__metadata__";
  private static final Set<String> KEYS = Set.of("dtype", "shape", "data_offsets");

  /**
   * Refuses what other readers may understand differently: duplicates, and text after the end. What
   * a model says of a wide table is one long string.
   */
  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxStringLength((int) SafetensorsFile.LONGEST_HEADER)
                          .build())
                  .build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /**
   * @param begin the first byte, counted from the header's end
   * @param end the byte after the last one
   */
  record Tensor(TensorType type, List<Long> shape, long begin, long end) {
    boolean hasShape(Shape expected) {
      return shape.equals(expected.dimensions().stream().map(Integer::longValue).toList());
    }
  }

  static SafetensorsHeader parse(Path file, ByteBuffer text) {
    JsonNode json = json(file, text);
    Map<String, String> metadata = new LinkedHashMap<>();
    List<Map.Entry<String, Tensor>> tensors = new ArrayList<>();
    for (Map.Entry<String, JsonNode> entry : json.properties()) {
      if (entry.getKey().equals(METADATA)) {
        metadata.putAll(metadata(file, entry.getValue()));
      } else {
        String where = file + ": tensor " + entry.getKey();
        tensors.add(Map.entry(entry.getKey(), tensor(where, entry.getValue())));
      }
    }
    tensors.sort(
        Comparator.comparingLong((Map.Entry<String, Tensor> e) -> e.getValue().begin)
            .thenComparingLong(e -> e.getValue().end));
    Map<String, Tensor> sorted = new LinkedHashMap<>();
    tensors.forEach(entry -> sorted.put(entry.getKey(), entry.getValue()));
    return new SafetensorsHeader(metadata, sorted);
  }

  private static JsonNode json(Path file, ByteBuffer text) {
    JsonNode json;
    try {
      // Jackson would take bytes in UTF-16 too.
      json = MAPPER.readTree(StandardCharsets.UTF_8.newDecoder().decode(text).toString());
    } catch (CharacterCodingException e) {
      throw new ModelException(
          file + ": not a safetensors file: expected a header in UTF-8 but found other bytes", e);
    } catch (JsonProcessingException e) {
      throw new ModelException(
          file + ": not a safetensors file: its header is not JSON: " + e.getOriginalMessage(), e);
    }
    if (!json.isObject()) {
      throw new ModelException(
          file + ": not a safetensors file: expected a header that is a JSON object");
    }
    return json;
  }

  private static Map<String, String> metadata(Path file, JsonNode json) {
    Map<String, String> metadata = new LinkedHashMap<>();
    if (!json.isObject()) {
      throw new ModelException(file + ": expected " + METADATA + " to be an object of strings");
    }
    for (Map.Entry<String, JsonNode> entry : json.properties()) {
      if (!entry.getValue().isTextual()) {
        throw new ModelException(
            "%s: expected %s to hold strings but %s is %s"
                .formatted(file, METADATA, entry.getKey(), entry.getValue()));
      }
      metadata.put(entry.getKey(), entry.getValue().textValue());
    }
    return metadata;
  }

  private static Tensor tensor(String where, JsonNode json) {
    Set<String> keys = Set.copyOf(json.properties().stream().map(Map.Entry::getKey).toList());
    if (!json.isObject() || !keys.equals(KEYS)) {
      throw new ModelException(where + ": expected an object {dtype, shape, data_offsets}");
    }
    String name = json.get("dtype").asText();
    TensorType type =
        TensorType.named(name)
            .orElseThrow(
                () ->
                    new ModelException(
                        "%s: expected a dtype of %s but found %s"
                            .formatted(where, TensorType.names(), name)));
    List<Long> shape = integers(where + ": shape", json.get("shape"));
    List<Long> offsets = integers(where + ": data_offsets", json.get("data_offsets"));
    if (offsets.size() != 2 || offsets.get(0) > offsets.get(1)) {
      throw new ModelException(where + ": expected data_offsets [begin, end] but found " + offsets);
    }
    long bytes = bytes(where, type, shape);
    if (offsets.get(1) - offsets.get(0) != bytes) {
      throw new ModelException(
          "%s: %s of shape %s takes %d bytes but data_offsets are %s"
              .formatted(where, type, shape, bytes, offsets));
    }
    return new Tensor(type, shape, offsets.get(0), offsets.get(1));
  }

  private static List<Long> integers(String where, JsonNode json) {
    List<Long> integers = new ArrayList<>();
    if (!json.isArray()) {
      throw new ModelException(where + ": expected a list of integers but found " + json);
    }
    for (JsonNode item : json) {
      if (!item.isIntegralNumber() || !item.canConvertToLong() || item.longValue() < 0) {
        throw new ModelException(where + ": expected integers from 0 but found " + item);
      }
      integers.add(item.longValue());
    }
    return List.copyOf(integers);
  }

  private static long bytes(String where, TensorType type, List<Long> shape) {
    try {
      return shape.stream().reduce((long) type.bytes(), Math::multiplyExact);
    } catch (ArithmeticException e) {
      throw new ModelException(where + ": the shape " + shape + " is too large for any file", e);
    }
  }

  /**
   * Tensors lie side by side, from the first byte behind the header to the last one.
   *
   * @param size of that part of the file
   */
  void checkCovers(Path file, long size) {
    long at = 0;
    for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
      Tensor tensor = entry.getValue();
      if (tensor.begin != at) {
        throw new ModelException(
            "%s: tensor %s: expected it to begin at byte %d, where the one before it ends, but it begins at %d: %s"
                .formatted(
                    file,
                    entry.getKey(),
                    at,
                    tensor.begin,
                    tensor.begin < at ? "they overlap" : "there is a gap"));
      }
      at = tensor.end;
    }
    if (at != size) {
      throw new ModelException(
          "%s: expected %d bytes of tensors but found %d%s"
              .formatted(file, at, size, at > size ? "; is the file truncated?" : ""));
    }
  }
}
