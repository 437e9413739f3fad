package dev.yamabiko.job;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import com.typesafe.config.ConfigValueType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * {@code --set KEY=VALUE}: each setting is a layer over the job so far, before substitutions are
 * resolved, so that whatever refers to the key sees the setting.
 *
 * <p>VALUE is HOCON if it begins with a bracket, a brace or a double quote, or is a number, a
 * boolean or null; any other text is taken literally. An object replaces what was there, it does
 * not merge; null removes the key. Where one of several variants stands, naming another one takes
 * its place. Where the job has a list, the next part of KEY is the number of an element, from 0 on,
 * as in {@code model.0.dense.units}.
 */
final class Settings {
  private static final Pattern NUMBER_LIKE = Pattern.compile("-?\\d[-+.\\deE]*");
  private static final Pattern WORD = Pattern.compile("true|false|null");
  private static final Pattern INDEX = Pattern.compile("\\d{1,9}");

  private final Hocon hocon;
  private final Sources sources;
  private final Map<List<String>, List<String>> variants;

  /** Settings of a job. */
  Settings(Hocon hocon, Sources sources) {
    this(hocon, sources, variants());
  }

  /**
   * @param variants the names of all variants at each place that has one
   */
  Settings(Hocon hocon, Sources sources, Map<List<String>, List<String>> variants) {
    this.hocon = hocon;
    this.sources = sources;
    this.variants = variants;
  }

  /** The names of all variants at each place of a job that has some. */
  static Map<List<String>, List<String>> variants() {
    Extensions extensions = Extensions.ofThisJvm();
    return Map.of(
        List.of("data", "train"), DataParser.sourceNames(),
        List.of("data", "validation"), DataParser.validationNames(),
        List.of("loss"), extensions.with(LossParser.LOSSES, Category.LOSS),
        List.of("optimizer"), extensions.with(OptimizerParser.OPTIMIZERS, Category.OPTIMIZER),
        List.of("schedule"), ScheduleParser.SCHEDULES);
  }

  ConfigObject apply(ConfigObject job, List<String> settings) {
    ConfigObject result = job;
    for (String setting : settings) {
      result = set(result, setting(setting));
    }
    return result;
  }

  private Setting setting(String text) {
    int equals = text.indexOf('=');
    if (equals < 0) {
      throw new JobException(Sources.settingName(text) + ": expected KEY=VALUE but found no \"=\"");
    }
    List<String> path = path(text.substring(0, equals));
    String key = ConfigUtil.joinPath(path);
    String token = sources.addSetting(key);
    ConfigValue value = value(token, key, text.substring(equals + 1));
    return new Setting(path, value, token, Sources.settingName(key));
  }

  /** The job with this value, and no other variant beside it. */
  ConfigObject set(ConfigObject job, Setting setting) {
    ConfigValue layer = layer(setting, 0, job);
    return ((ConfigObject) layer).withFallback(job);
  }

  private static List<String> path(String key) {
    if (key.isBlank()) {
      throw new JobException("--set: expected KEY=VALUE but found no key before \"=\"");
    }
    try {
      return ConfigUtil.splitPath(key);
    } catch (ConfigException e) {
      throw new JobException(
          Sources.settingName(key) + ": not a key: " + Hocon.plain(e.getMessage()), e);
    }
  }

  private ConfigValue value(String token, String key, String text) {
    String trimmed = text.strip();
    boolean brackets = trimmed.startsWith("[") || trimmed.startsWith("{");
    if (brackets || trimmed.startsWith("\"") || WORD.matcher(trimmed).matches()) {
      return hocon(token, key, trimmed);
    }
    if (NUMBER_LIKE.matcher(trimmed).matches()) {
      ConfigValue value = hocon(token, key, trimmed);
      if (value.valueType() == ConfigValueType.NUMBER) {
        return value;
      }
    }
    return ConfigValueFactory.fromAnyRef(text, token);
  }

  private ConfigValue hocon(String token, String key, String text) {
    String origin = Sources.settingName(key);
    ConfigObject parsed =
        hocon.parseAs(token, "value = " + text, origin, Includes.refused(origin, ""));
    if (parsed.size() != 1) {
      throw new JobException(origin + ": expected one value but found more after it");
    }
    return parsed.get("value");
  }

  /**
   * What has nothing but the setting's value at the rest of its path.
   *
   * @param job what the job has here, which may be nothing
   */
  private ConfigValue layer(Setting setting, int depth, ConfigValue job) {
    List<String> path = setting.path();
    if (depth == path.size()) {
      // A fallback that is no object ends the merging with those below it.
      return setting.value() instanceof ConfigObject object
          ? object.withFallback(ConfigValueFactory.fromAnyRef(null))
          : setting.value();
    }
    String key = path.get(depth);
    if (job instanceof ConfigList list && INDEX.matcher(key).matches()) {
      return element(setting, depth, list);
    }
    Map<String, Object> entries = new HashMap<>();
    boolean last = depth == path.size() - 1;
    boolean removed = last && setting.value().valueType() == ConfigValueType.NULL;
    if (!removed) {
      for (String other : variants.getOrDefault(path.subList(0, depth), List.of())) {
        entries.put(other, null);
      }
    }
    entries.put(key, layer(setting, depth + 1, child(job, key)));
    return ConfigValueFactory.fromMap(entries, setting.origin());
  }

  /** The whole list: lists are replaced, not merged. */
  private ConfigValue element(Setting setting, int depth, ConfigList list) {
    int index = Integer.parseInt(setting.path().get(depth));
    if (index >= list.size()) {
      throw new JobException(
          "%s: expected the number of one of the %d elements of %s, from 0 on, but found %d"
              .formatted(
                  setting.place(),
                  list.size(),
                  ConfigUtil.joinPath(setting.path().subList(0, depth)),
                  index));
    }
    List<ConfigValue> elements = new ArrayList<>(list);
    ConfigValue before = elements.get(index);
    elements.set(index, layer(setting, depth + 1, before).withFallback(before));
    return ConfigValueFactory.fromIterable(elements).withOrigin(list.origin());
  }

  /** Null where there is none, or none that can be known before substitutions are resolved. */
  private static ConfigValue child(ConfigValue job, String key) {
    try {
      return job instanceof ConfigObject object ? object.get(key) : null;
    } catch (ConfigException.NotResolved e) {
      return null;
    }
  }
}
