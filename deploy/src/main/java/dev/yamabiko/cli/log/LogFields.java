package dev.yamabiko.cli.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import dev.yamabiko.protocol.RunKey;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.event.KeyValuePair;

/**
 * What a log event says beside its text. Messages name their values already, as in {@code "left
 * job={} worker={}"}: a field's name is the word before the place of its argument. A run's key
 * stands for its {@code job} and {@code term}. After them come key-value pairs, the MDC, and what
 * holds for the whole process.
 */
final class LogFields {

  /** A place for an argument, with its name where it has one and the value is all of it. */
  private static final Pattern PLACE =
      Pattern.compile("(?:(?<![\\w.])([A-Za-z][\\w.]*)=)?\\{}(?=([\\s,;)]|:\\s|$)?)");

  private LogFields() {}

  /** In the order in which they are found; of two of one name the first. */
  static Map<String, Object> of(ILoggingEvent event) {
    Map<String, Object> fields = new LinkedHashMap<>();
    Object[] arguments = event.getArgumentArray();
    if (event.getMessage() != null && arguments != null) {
      addArguments(fields, event.getMessage(), arguments);
    }
    List<KeyValuePair> pairs = event.getKeyValuePairs();
    if (pairs != null) {
      pairs.forEach(pair -> add(fields, pair.key, pair.value));
    }
    event.getMDCPropertyMap().forEach((name, value) -> add(fields, name, value));
    event.getLoggerContextVO().getPropertyMap().forEach((name, value) -> add(fields, name, value));
    return fields;
  }

  private static void addArguments(Map<String, Object> fields, String message, Object[] arguments) {
    Matcher places = PLACE.matcher(message);
    for (int i = 0; i < arguments.length && places.find(); i++) {
      if (places.group(1) != null && places.group(2) != null) {
        add(fields, places.group(1), arguments[i]);
      }
    }
  }

  private static void add(Map<String, Object> fields, String name, Object value) {
    if (value instanceof RunKey key) {
      fields.putIfAbsent("job", key.run());
      fields.putIfAbsent("term", key.term());
    }
    fields.putIfAbsent(name, value);
  }
}
