package dev.yamabiko.client;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Fields of a JSON object, as people read them; "-" where there is none. */
public record JsonFields(Map<String, Object> object) {

  /** The objects in a list such as {"jobs": [...]}. */
  @SuppressWarnings("unchecked")
  public static List<Map<String, Object>> list(Map<String, Object> object, String name) {
    return object.get(name) instanceof List<?> list
        ? list.stream().map(entry -> (Map<String, Object>) entry).toList()
        : List.of();
  }

  /** An object within; empty where there is none. */
  @SuppressWarnings("unchecked")
  public Optional<Map<String, Object>> child(String name) {
    return object.get(name) instanceof Map<?, ?> child
        ? Optional.of((Map<String, Object>) child)
        : Optional.empty();
  }

  public String text(String name) {
    return object.get(name) == null ? "-" : object.get(name).toString();
  }

  /** Empty where there is none. */
  public Optional<Instant> time(String name) {
    return Optional.ofNullable(object.get(name)).map(time -> Instant.parse(time.toString()));
  }

  /** "12,000". */
  public String count(String name) {
    return object.get(name) instanceof Number number
        ? String.format(Locale.ROOT, "%,d", number.longValue())
        : "-";
  }

  /** 0 where there is none. */
  public long whole(String name) {
    return object.get(name) instanceof Number number ? number.longValue() : 0;
  }

  /** NaN where there is none. */
  public double number(String name) {
    return object.get(name) instanceof Number number ? number.doubleValue() : Double.NaN;
  }
}
