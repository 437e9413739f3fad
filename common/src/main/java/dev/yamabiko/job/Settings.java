package dev.yamabiko.job;

import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import com.typesafe.config.ConfigValueType;
import java.util.List;
import java.util.regex.Pattern;

/**
 * {@code --set KEY=VALUE}: each setting changes the job so far, before substitutions are resolved,
 * so that whatever refers to the key sees the setting.
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

  private final Hocon hocon;
  private final Sources sources;
  private final Variants variants;

  /** Settings of a job. */
  Settings(Hocon hocon, Sources sources) {
    this(hocon, sources, Variants.ofJob());
  }

  Settings(Hocon hocon, Sources sources, Variants variants) {
    this.hocon = hocon;
    this.sources = sources;
    this.variants = variants;
  }

  ConfigObject apply(ConfigObject job, List<String> settings) {
    ChangingJob changing = new ChangingJob(job, variants);
    for (String setting : settings) {
      changing.set(setting(setting));
    }
    return changing.job();
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

  /** The job with these values, and no other variants beside them. */
  ConfigObject set(ConfigObject job, List<Setting> settings) {
    ChangingJob changing = new ChangingJob(job, variants);
    settings.forEach(changing::set);
    return changing.job();
  }

  private static List<String> path(String key) {
    if (key.isBlank()) {
      throw new JobException("--set: expected KEY=VALUE but found no key before \"=\"");
    }
    return Hocon.path(key, why -> new JobException(Sources.settingName(key) + ": " + why));
  }

  private ConfigValue value(String token, String key, String text) {
    String trimmed = text.strip();
    boolean brackets = trimmed.startsWith("[") || trimmed.startsWith("{");
    if (brackets || trimmed.startsWith("\"") || WORD.matcher(trimmed).matches()) {
      return hocon(token, key, trimmed);
    }
    if (isNumber(trimmed)) {
      ConfigValue value = hocon(token, key, trimmed);
      if (value.valueType() == ConfigValueType.NUMBER) {
        return value;
      }
    }
    return ConfigValueFactory.fromAnyRef(text, token);
  }

  /** HOCON refuses some text that only begins like one, as 2020+2021. */
  private static boolean isNumber(String text) {
    try {
      return NUMBER_LIKE.matcher(text).matches() && !Double.isNaN(Double.parseDouble(text));
    } catch (NumberFormatException e) {
      return false;
    }
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
}
