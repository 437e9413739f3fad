package dev.yamabiko.cli.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ResourceBundle;
import java.util.regex.Matcher;

/** {@code nodes.conf}, the one place that says which settings there are, and their defaults. */
public final class NodeReference {

  private static final String RESOURCE = "dev/yamabiko/cli/settings/nodes.conf";
  private static final String TAKES = "Takes: ";

  /** The sections that each node has. */
  static final List<String> EVERY = List.of("every");

  private static final class Holder {
    static final NodeReference VALUE = read();
  }

  /**
   * A setting.
   *
   * @param means in sentences
   * @param takes what its value has to be, with the unit
   * @param standard its default, as a file would say it; empty if it has none
   */
  public record Key(String name, String means, String takes, String standard) {}

  /**
   * A part of the reference.
   *
   * @param title whose settings these are
   */
  public record Section(String name, String title, List<Key> keys) {}

  private final Config config;
  private final List<Section> sections;

  private NodeReference(Config config, List<Section> sections) {
    this.config = config;
    this.sections = List.copyOf(sections);
  }

  /** The one in the jar. */
  public static NodeReference get() {
    return Holder.VALUE;
  }

  private static NodeReference read() {
    Config config =
        ConfigFactory.parseResources(
            NodeReference.class.getClassLoader(),
            RESOURCE,
            ConfigParseOptions.defaults().setAllowMissing(false));
    List<Section> sections = new ArrayList<>();
    for (Map.Entry<String, ConfigValue> section : inOrder(config.root())) {
      List<Key> keys = new ArrayList<>();
      for (Map.Entry<String, ConfigValue> key : inOrder((ConfigObject) section.getValue())) {
        keys.add(key(key.getKey(), key.getValue()));
      }
      sections.add(
          new Section(
              section.getKey(), String.join(" ", comments(section.getValue())), List.copyOf(keys)));
    }
    return new NodeReference(config, sections);
  }

  private static List<Map.Entry<String, ConfigValue>> inOrder(ConfigObject object) {
    List<Map.Entry<String, ConfigValue>> entries = new ArrayList<>(object.entrySet());
    entries.sort(Comparator.comparingInt(entry -> entry.getValue().origin().lineNumber()));
    return entries;
  }

  private static List<String> comments(ConfigValue value) {
    return value.origin().comments().stream().map(String::strip).toList();
  }

  private static Key key(String name, ConfigValue value) {
    List<String> lines = comments(value);
    int last = lines.size() - 1;
    if (last < 1 || !lines.get(last).startsWith(TAKES)) {
      throw new IllegalStateException(
          "%s: %s: expected what it means, then \"%s\"".formatted(RESOURCE, name, TAKES));
    }
    return new Key(
        name,
        String.join(" ", lines.subList(0, last)),
        lines.get(last).substring(TAKES.length()),
        standard(value));
  }

  private static String standard(ConfigValue value) {
    return value.valueType() == ConfigValueType.STRING
        ? value.unwrapped().toString()
        : value.render(ConfigRenderOptions.concise());
  }

  public List<Section> sections() {
    return sections;
  }

  /** All that a kind of node can be told. */
  public List<Key> keys(NodeKind kind) {
    return keys(kind.sections());
  }

  private List<Key> keys(List<String> names) {
    return sections.stream()
        .filter(section -> names.contains(section.name()))
        .flatMap(section -> section.keys().stream())
        .toList();
  }

  /** The defaults of these sections, by the same names as in a file. */
  Config defaults(List<String> names) {
    Config all = ConfigFactory.empty();
    for (String name : names) {
      all = all.withFallback(config.getConfig(name));
    }
    return all;
  }

  /**
   * What the help of a node's command says of options that a file may hold, too. Lists are said
   * otherwise on a command line.
   */
  public ResourceBundle descriptions(NodeKind kind) {
    return descriptions(keys(kind));
  }

  /** The same of a command that is no node's. */
  public ResourceBundle descriptions() {
    return descriptions(keys(EVERY));
  }

  private static ResourceBundle descriptions(List<Key> keys) {
    Map<String, String> texts = new LinkedHashMap<>();
    for (Key key : keys) {
      String standard = key.standard();
      if (standard.isEmpty()) {
        texts.put(key.name(), key.means());
      } else if (!standard.startsWith("[")) {
        texts.put(key.name(), withDefault(key.means(), standard));
      }
    }
    return new ResourceBundle() {
      @Override
      protected Object handleGetObject(String key) {
        return texts.get(key);
      }

      @Override
      public Enumeration<String> getKeys() {
        return Collections.enumeration(texts.keySet());
      }
    };
  }

  /** At the end of the first sentence. */
  private static String withDefault(String text, String standard) {
    return text.replaceFirst(
        "\\.( |$)", Matcher.quoteReplacement(" (default: " + standard + ").") + "$1");
  }
}
