package dev.yamabiko.job;

import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import com.typesafe.config.ConfigValueType;
import dev.yamabiko.data.NearestName;
import dev.yamabiko.data.OneLine;
import dev.yamabiko.extension.Interval;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A place in the job: its key path and the value there, if any. Every reader returns what it
 * promises or throws the message for the user; nothing is converted silently. A null counts as
 * missing, so that a file or a setting can take a key away.
 */
final class Node {
  private static final int SHOWN = 60;

  private final Sources sources;
  private final String name;
  private final String key;
  private final ConfigValue value;
  private final String where;

  private Node(Sources sources, String name, String key, ConfigValue value, String parent) {
    this.sources = sources;
    this.name = name;
    this.key = key;
    this.value = value;
    this.where = value == null ? parent : sources.where(value.origin()).orElse(parent);
  }

  static Node root(Sources sources, ConfigObject root, String origin) {
    return new Node(sources, "", "", root, origin);
  }

  /** The last part of the key, as it is written. */
  String name() {
    return name;
  }

  String key() {
    return key;
  }

  /**
   * The value in one line, one text for all that mean the same: without what is null, and with
   * these paths at their keys, however they are written.
   */
  String concise(Map<String, Path> paths) {
    ConfigValue plain = value;
    if (value instanceof ConfigObject object) {
      ConfigObject resolved = JobParser.withoutNulls(object);
      for (Map.Entry<String, Path> path : paths.entrySet()) {
        ConfigValue absolute = ConfigValueFactory.fromAnyRef(path.getValue().toString());
        resolved = resolved.withValue(path.getKey(), absolute);
      }
      plain = resolved;
    }
    return plain.render(ConfigRenderOptions.concise());
  }

  ConfigValue value() {
    return value;
  }

  boolean given() {
    return value != null && value.valueType() != ConfigValueType.NULL;
  }

  boolean is(ConfigValueType type) {
    return value != null && value.valueType() == type;
  }

  /** "digits.conf:12". */
  String where() {
    return where;
  }

  /** "digits.conf:12: batch-size" or "--set batch-size". */
  String place() {
    return key.isEmpty() || where.equals(Sources.settingName(key))
        ? where
        : where + ": " + Words.name(key);
  }

  JobException error(String message) {
    return new JobException(place() + ": " + message);
  }

  JobException expected(String what) {
    return error(
        "expected " + what + (value == null ? " but it is missing" : " but found " + found()));
  }

  /** The value as messages show it; text in quotes. */
  String found() {
    return switch (value.valueType()) {
      case OBJECT -> "an object";
      case LIST -> "a list";
      case STRING -> {
        String text = (String) value.unwrapped();
        yield ConfigUtil.quoteString(OneLine.cut(text, SHOWN));
      }
      // As written: 1e3 stays 1e3.
      case NUMBER -> value.atKey("n").getString("n");
      default -> value.unwrapped() + "";
    };
  }

  Node child(String name) {
    return child(name, ((ConfigObject) value).get(name));
  }

  private Node child(String name, ConfigValue child) {
    String quoted = ConfigUtil.joinPath(name);
    return new Node(sources, name, key.isEmpty() ? quoted : key + "." + quoted, child, where);
  }

  /** What lies in an object or a list, in the order in which it is written. */
  List<Node> children() {
    List<Node> children = new ArrayList<>();
    if (value instanceof ConfigObject object) {
      object.keySet().forEach(name -> children.add(child(name)));
      children.sort(
          Comparator.comparingInt((Node n) -> n.value.origin().lineNumber())
              .thenComparing(n -> n.key));
    } else if (value instanceof ConfigList list) {
      for (int i = 0; i < list.size(); i++) {
        String item = "[" + i + "]";
        children.add(new Node(sources, item, key + item, list.get(i), where));
      }
    }
    return children;
  }

  Section section(String... known) {
    List<String> keys = List.of(known);
    if (!(value instanceof ConfigObject object)) {
      throw expected(
          keys.isEmpty()
              ? "no options, that is {},"
              : "an object { " + String.join(", ", keys) + " }");
    }
    for (Node child : children()) {
      if (!keys.contains(child.name)) {
        String hint = NearestName.hint(child.name, keys);
        String list = keys.isEmpty() ? "none" : String.join(", ", keys);
        throw child.error(
            "unknown key" + hint + (hint.isEmpty() ? "; k" : " K") + "nown keys: " + list);
      }
    }
    return new Section(this, keys);
  }

  Variant variant(List<String> known) {
    if (is(ConfigValueType.STRING)) {
      String kind = (String) value.unwrapped();
      if (!known.contains(kind)) {
        throw unknownVariant(kind, known);
      }
      ConfigObject none = ConfigValueFactory.fromMap(Map.of()).withOrigin(value.origin());
      return new Variant(kind, child(kind, none));
    }
    if (!(value instanceof ConfigObject)) {
      throw expected(Words.or(known));
    }
    List<Node> given = children().stream().filter(Node::given).toList();
    if (given.isEmpty()) {
      throw error("expected " + Words.or(known) + " but found an empty object");
    }
    for (Node choice : given) {
      if (!known.contains(choice.name)) {
        throw choice.at(key).unknownVariant(choice.name, known);
      }
    }
    if (given.size() > 1) {
      Stream<String> names = given.stream().map(n -> '"' + Words.name(n.name) + '"');
      throw given
          .get(1)
          .at(key)
          .error("expected exactly one key but found " + Words.and(names.toList()));
    }
    return new Variant(given.get(0).name, given.get(0));
  }

  /** This line, but the enclosing key. */
  private Node at(String enclosing) {
    return new Node(sources, name, enclosing, value, where);
  }

  private JobException unknownVariant(String name, List<String> known) {
    return error(
        "expected %s but found %s%s"
            .formatted(
                Words.or(known),
                ConfigUtil.quoteString(Words.name(name)),
                NearestName.hint(name, known)));
  }

  /** The items of a list that holds at least one. */
  List<Node> items(String what) {
    if (!is(ConfigValueType.LIST)) {
      throw expected(what);
    }
    List<Node> items = children();
    if (items.isEmpty()) {
      throw error("expected " + what + " but found an empty list");
    }
    return items;
  }

  String text(String what) {
    if (!is(ConfigValueType.STRING) || ((String) value.unwrapped()).isEmpty()) {
      throw expected(what);
    }
    return (String) value.unwrapped();
  }

  boolean flag(boolean otherwise) {
    if (!given()) {
      return otherwise;
    }
    if (!is(ConfigValueType.BOOLEAN)) {
      throw expected("true or false");
    }
    return (Boolean) value.unwrapped();
  }

  /** A number written as an integer; to Config 128.0 and 1e3 are integers too. */
  boolean isInteger() {
    return is(ConfigValueType.NUMBER) && found().matches("-?\\d+");
  }

  long whole(long min, long max) {
    String atLeast = "an integer of at least " + min;
    String range = "an integer from " + min + " to " + max;
    if (!isInteger()) {
      // What is too long for a long arrives as text.
      boolean tooLong = is(ConfigValueType.STRING) && found().matches("\"\\d{19,}\"");
      throw expected(tooLong ? range : atLeast);
    }
    long number = ((Number) value.unwrapped()).longValue();
    if (number < min) {
      throw expected(atLeast);
    }
    if (number > max) {
      throw expected(range);
    }
    return number;
  }

  int integer(int min) {
    return (int) whole(min, Integer.MAX_VALUE);
  }

  int integer(int min, int otherwise) {
    return given() ? integer(min) : otherwise;
  }

  double number(Interval interval) {
    if (!is(ConfigValueType.NUMBER)) {
      throw expected(interval.text());
    }
    double number = ((Number) value.unwrapped()).doubleValue();
    if (Double.isInfinite(number)) {
      throw error(
          "expected %s but found %s, which is %s in 64 bits"
              .formatted(interval.text(), found(), number));
    }
    if (!interval.contains(number)) {
      throw expected(interval.text());
    }
    return number;
  }

  double number(Interval interval, double otherwise) {
    return given() ? number(interval) : otherwise;
  }

  /** The nearest float, which has to lie in the interval too. */
  float single(Interval interval, float otherwise) {
    if (!given()) {
      return otherwise;
    }
    float number = (float) number(interval);
    if (!interval.contains(number)) {
      throw error(
          "expected %s but found %s, which is %s in 32 bits"
              .formatted(interval.text(), found(), number));
    }
    return number;
  }

  /** A constant by its name, written in-lower-case. */
  <E extends Enum<E>> E oneOf(Class<E> type, E otherwise) {
    if (!given()) {
      return otherwise;
    }
    List<E> constants = Arrays.asList(type.getEnumConstants());
    List<String> names =
        constants.stream().map(c -> c.name().toLowerCase(Locale.ROOT).replace('_', '-')).toList();
    return constants.get(names.indexOf(oneOf(names)));
  }

  String oneOf(List<String> names) {
    if (!is(ConfigValueType.STRING)) {
      throw expected(Words.or(names));
    }
    String name = (String) value.unwrapped();
    if (!names.contains(name)) {
      throw error(
          "expected %s but found %s%s"
              .formatted(Words.or(names), found(), NearestName.hint(name, names)));
    }
    return name;
  }

  Path path() {
    return path("the path of a file");
  }

  /** An absolute path. */
  Path path(String what) {
    String text = text(what);
    try {
      return sources.path(value.origin(), text);
    } catch (InvalidPathException e) {
      throw expected(what);
    } catch (IllegalArgumentException e) {
      throw error(e.getMessage());
    }
  }
}
