package dev.yamabiko.cli.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigRenderOptions;
import dev.yamabiko.data.NearestName;
import dev.yamabiko.data.OneLine;
import dev.yamabiko.job.Hocon;
import dev.yamabiko.job.JobException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * The settings of a node that its options leave open: from a file in HOCON where there is one, else
 * from {@link NodeReference}. Paths in a file are relative to it, those of the reference to the
 * working directory. Every failure is a {@link JobException}.
 */
public final class NodeFile {

  private static final String AUTO = "auto";
  private static final String TEXTS = "a list of texts";
  private static final int MOST_CHARACTERS = 200;
  private static final ConfigRenderOptions CONCISE = ConfigRenderOptions.concise();

  private final Path file;
  private final Config options;
  private final Config config;
  private final Config defaults;
  private final Path working;

  private NodeFile(Path file, Config options, Config config, Config defaults, Path working) {
    this.file = file;
    this.options = options;
    this.config = config;
    this.defaults = defaults;
    this.working = working;
  }

  /**
   * @param given the file, relative to the working directory; without one all is by default
   */
  public static NodeFile of(NodeKind kind, Optional<Path> given, Path working) {
    return given
        .map(path -> read(kind, working.resolve(path), working))
        .orElseGet(() -> none(kind.sections(), working));
  }

  /** The defaults that all nodes have, for a command that is no node's. */
  public static NodeFile everyNode(Path working) {
    return none(NodeReference.EVERY, working);
  }

  private static NodeFile none(List<String> sections, Path working) {
    return made(Path.of(""), ConfigFactory.empty(), sections, working);
  }

  private static NodeFile made(Path file, Config config, List<String> sections, Path working) {
    Config defaults = NodeReference.get().defaults(sections);
    return new NodeFile(file, ConfigFactory.empty(), config, defaults, working);
  }

  /**
   * The same with what goes before it.
   *
   * @param given values by their keys; paths are relative to the working directory
   */
  public NodeFile with(Map<String, Object> given) {
    return new NodeFile(file, ConfigFactory.parseMap(given), config, defaults, working);
  }

  private static NodeFile read(NodeKind kind, Path file, Path working) {
    Config config = Hocon.read(file, "a configuration");
    requireKnown(kind, file, config);
    return made(file, config, kind.sections(), working);
  }

  /** Whether a kind of node has this setting. */
  public static boolean knows(NodeKind kind, String key) {
    return known(kind).contains(key);
  }

  private static List<String> known(NodeKind kind) {
    return NodeReference.get().keys(kind).stream().map(NodeReference.Key::name).toList();
  }

  private static void requireKnown(NodeKind kind, Path file, Config config) {
    List<String> known = known(kind);
    for (String key : config.root().keySet()) {
      if (!known.contains(key)) {
        throw new JobException(
            "%s:%d: %s: unknown key%s"
                .formatted(
                    file,
                    config.root().get(key).origin().lineNumber(),
                    key,
                    NearestName.hint(key, known)));
      }
    }
  }

  /** Whether nodes of this kind have it. */
  public boolean has(String key) {
    return defaults.hasPath(key);
  }

  /** Whether the file says it. */
  public boolean holds(String key) {
    return config.hasPath(key);
  }

  /** Whether a setting is left to the node. */
  public boolean isAuto(String key) {
    return text(key).equals(AUTO);
  }

  public String text(String key) {
    return value(key, "a text", Config::getString);
  }

  /** Of a setting that need not have a value. */
  public Optional<String> given(String key) {
    return Optional.of(text(key)).filter(text -> !text.isBlank());
  }

  public int port(String key) {
    double port = value(key, Port.EXPECTED, Config::getDouble);
    if (port != (int) port || !Port.isPort((int) port)) {
      throw wrong(key, Port.EXPECTED, found(key));
    }
    return (int) port;
  }

  /** The same of one that need not be there. */
  public Optional<Integer> givenPort(String key) {
    return given(key).map(text -> port(key));
  }

  /** As 20 GiB, or a number. */
  public long bytes(String key) {
    return value(key, "a number of bytes, as 20 GiB,", Config::getBytes);
  }

  public boolean flag(String key) {
    return value(key, "true or false", Config::getBoolean);
  }

  public Path path(String key) {
    return place(key).resolve(text(key));
  }

  /** The same of a path. */
  public Optional<Path> givenPath(String key) {
    return given(key).map(text -> path(key));
  }

  public List<String> texts(String key) {
    return value(key, TEXTS, Config::getStringList);
  }

  public List<Path> paths(String key) {
    return value(key, TEXTS, Config::getStringList).stream().map(place(key)::resolve).toList();
  }

  /** A value that a file holds and that does not do; the option says it in its own words. */
  public JobException wrong(String key, String expected, String found) {
    return new JobException("%s: expected %s but found %s".formatted(where(key), expected, found));
  }

  /** File, line and key, for messages; or the option. */
  public String where(String key) {
    if (options.hasPath(key)) {
      return "--" + key;
    }
    int line = holds(key) ? config.getValue(key).origin().lineNumber() : 0;
    return "%s%s: %s".formatted(file, line > 0 ? ":" + line : "", key);
  }

  private Path place(String key) {
    return holds(key) && !options.hasPath(key) ? file.toAbsolutePath().getParent() : working;
  }

  private <T> T value(String key, String expected, BiFunction<Config, String, T> get) {
    try {
      return get.apply(says(key), key);
    } catch (ConfigException e) {
      throw wrong(key, expected, found(key));
    }
  }

  private String found(String key) {
    return OneLine.cut(says(key).getValue(key).render(CONCISE), MOST_CHARACTERS);
  }

  private Config says(String key) {
    return options.hasPath(key) ? options : holds(key) ? config : defaults;
  }
}
