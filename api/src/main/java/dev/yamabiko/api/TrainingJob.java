package dev.yamabiko.api;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import dev.yamabiko.job.Job;
import dev.yamabiko.job.JobFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What is to be trained: data, model, loss, optimizer, as a job file says it. It is read, and found
 * right or wrong, when it is trained or submitted. Immutable.
 */
public final class TrainingJob {

  /** Reads the job with settings. */
  private interface Source {
    Job read(List<String> settings);
  }

  private final Source source;
  private final List<String> settings;

  private TrainingJob(Source source, List<String> settings) {
    this.source = source;
    this.settings = List.copyOf(settings);
  }

  /** The job in a file, HOCON or JSON; paths in it are relative to its folder. */
  public static TrainingJob file(Path file) {
    Objects.requireNonNull(file, "file");
    return new TrainingJob(settings -> JobFile.read(file, settings), List.of());
  }

  /**
   * The job in a text, HOCON or JSON, which may neither include files nor read environment
   * variables. Paths in it are relative to the working directory. Messages call it "job", and so is
   * it called unless it has a {@code name}.
   */
  public static TrainingJob hocon(String text) {
    Objects.requireNonNull(text, "text");
    return new TrainingJob(
        settings -> JobFile.parse(text, "job", Path.of(""), settings), List.of());
  }

  /**
   * The job with these keys, each as in a job file or a path of them with dots between, such as
   * {@code "data.train.csv.label"}. Values are texts, numbers, booleans, {@link Path}s, lists and
   * maps of them.
   *
   * @throws IllegalArgumentException for values of other kinds
   */
  public static TrainingJob of(Map<String, ?> keys) {
    Objects.requireNonNull(keys, "keys");
    try {
      return hocon(text(ConfigFactory.parseMap(plainKeys(keys)).root()));
    } catch (ConfigException e) {
      throw new IllegalArgumentException("no keys of a job: " + e.getMessage(), e);
    } catch (StackOverflowError e) {
      throw tooDeep(e);
    }
  }

  /**
   * The same job with another value for one key, as {@code --set} sets it: naming another variant
   * replaces the first, null takes the key away. A {@link String} is read as HOCON if it begins
   * with a bracket, a brace or a double quote, or is a number, true, false or null: as a text,
   * "null" is written with double quotes around it. Strings in lists and maps are texts as they
   * are. Relative paths are relative to the working directory.
   *
   * @param key with dots between, such as {@code "optimizer.sgd.learning-rate"}
   * @param value text, number, boolean, {@link Path}, list or map; or null
   * @throws IllegalArgumentException for a value of another kind
   */
  public TrainingJob set(String key, Object value) {
    Objects.requireNonNull(key, "key");
    List<String> more = new ArrayList<>(settings);
    more.add(key + "=" + setting(value));
    return new TrainingJob(source, more);
  }

  /**
   * @throws YamabikoException if it is wrong
   */
  Job read() {
    try {
      return source.read(settings);
    } catch (RuntimeException e) {
      throw YamabikoException.of(e);
    }
  }

  private static String setting(Object value) {
    if (value instanceof String text) {
      return text;
    }
    if (value instanceof Path path) {
      return ConfigUtil.quoteString(path.toString());
    }
    try {
      return text(ConfigValueFactory.fromAnyRef(plain(value)));
    } catch (ConfigException e) {
      throw new IllegalArgumentException("no value of a job's key: " + e.getMessage(), e);
    } catch (StackOverflowError e) {
      throw tooDeep(e);
    }
  }

  private static IllegalArgumentException tooDeep(StackOverflowError e) {
    return new IllegalArgumentException(
        "no value of a job's key: a list or map holds itself, or too many inside each other", e);
  }

  private static String text(ConfigValue value) {
    return value.render(ConfigRenderOptions.concise());
  }

  /** With the paths' texts in the place of paths. */
  private static Object plain(Object value) {
    if (value instanceof Path path) {
      return path.toString();
    }
    if (value instanceof Map<?, ?> map) {
      return plainKeys(map);
    }
    if (value instanceof Iterable<?> items) {
      List<Object> list = new ArrayList<>();
      items.forEach(item -> list.add(plain(item)));
      return list;
    }
    if (value == null
        || value instanceof String
        || value instanceof Number
        || value instanceof Boolean) {
      return value;
    }
    throw new IllegalArgumentException(
        "no value of a job's key: expected a text, number, boolean, Path, list or map but found "
            + value.getClass().getTypeName());
  }

  private static Map<String, Object> plainKeys(Map<?, ?> map) {
    Map<String, Object> plain = new LinkedHashMap<>();
    map.forEach(
        (key, value) ->
            plain.put(Objects.requireNonNull(key, "a map's key").toString(), plain(value)));
    return plain;
  }
}
