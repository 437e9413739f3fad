package dev.yamabiko.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * JSON objects whose bytes depend on their values alone, on one line: keys in the order given,
 * doubles and floats as the shortest decimal that reads back to the same number. {@link
 * Double#toString} keeps that promise only from JDK 19 on, so Jackson's own writer is used. JSON
 * has no NaN and no infinity; both become null.
 */
public final class CanonicalJson {

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private CanonicalJson() {}

  /**
   * @param value maps, lists, strings, numbers, booleans and nulls
   */
  public static String of(Object value) {
    try {
      return MAPPER.writeValueAsString(finite(value));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not a JSON value: " + value, e);
    }
  }

  /**
   * The object in this text; writing it again gives the same bytes.
   *
   * @throws IllegalArgumentException if the text is no JSON object
   */
  public static Map<String, Object> object(String text) {
    Map<String, Object> object;
    try {
      object = MAPPER.readValue(text, new TypeReference<LinkedHashMap<String, Object>>() {});
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not a JSON object: " + e.getMessage(), e);
    }
    if (object == null) {
      throw new IllegalArgumentException("not a JSON object: null");
    }
    return object;
  }

  private static Object finite(Object value) {
    if (value instanceof Double number && !Double.isFinite(number)) {
      return null;
    }
    if (value instanceof Float number && !Float.isFinite(number)) {
      return null;
    }
    if (value instanceof List<?> list) {
      return list.stream().map(CanonicalJson::finite).collect(Collectors.toList());
    }
    if (value instanceof Map<?, ?> map) {
      Map<Object, Object> copy = new LinkedHashMap<>();
      map.forEach((key, inner) -> copy.put(key, finite(inner)));
      return copy;
    }
    return value;
  }
}
