package dev.yamabiko.job;

import com.typesafe.config.ConfigOrigin;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The texts that a job is put together from: its file, what that includes, and settings. Config
 * knows a value's origin only as a description, and joins descriptions when it merges values; so
 * each text is described to it by a token that can be found again in whatever it makes of it.
 */
final class Sources {
  private static final Pattern TOKEN = Pattern.compile("@(\\d+)@(?:: (\\d+))?");

  private record Source(String name, boolean setting) {}

  private final PathRule jobPaths;
  private final Path settingFolder;
  private final List<Source> sources = new ArrayList<>();

  /**
   * @param jobFolder what paths in files are relative to
   * @param settingFolder what paths in settings are relative to
   */
  Sources(Path jobFolder, Path settingFolder) {
    this(jobFolder.toAbsolutePath()::resolve, settingFolder);
  }

  /**
   * @param jobPaths what paths in files mean
   * @param settingFolder what paths in settings are relative to
   */
  Sources(PathRule jobPaths, Path settingFolder) {
    this.jobPaths = jobPaths;
    this.settingFolder = settingFolder.toAbsolutePath();
  }

  /** The token for a file, which messages call by this name. */
  String addFile(String name) {
    return add(new Source(name, false));
  }

  /** The token for {@code --set key=...}. */
  String addSetting(String key) {
    return add(new Source(settingName(key), true));
  }

  static String settingName(String key) {
    return "--set " + Words.name(key);
  }

  private String add(Source source) {
    sources.add(source);
    return "@" + (sources.size() - 1) + "@";
  }

  /**
   * "digits.conf:12" or "--set seed"; of several texts that were merged, the one read first. Empty
   * if the value comes from none of them, but from the environment.
   */
  Optional<String> where(ConfigOrigin origin) {
    int first = Integer.MAX_VALUE;
    String line = null;
    for (Matcher m = TOKEN.matcher(origin.description()); m.find(); ) {
      int number = Integer.parseInt(m.group(1));
      if (number < first) {
        first = number;
        line = m.group(2);
      }
    }
    if (first >= sources.size()) {
      return Optional.empty();
    }
    Source source = sources.get(first);
    return Optional.of(
        source.setting() || line == null ? source.name() : source.name() + ":" + line);
  }

  /** The absolute path that this text with this origin means. */
  Path path(ConfigOrigin origin, String text) {
    for (Matcher m = TOKEN.matcher(origin.description()); m.find(); ) {
      if (sources.get(Integer.parseInt(m.group(1))).setting()) {
        return settingFolder.resolve(text);
      }
    }
    return jobPaths.path(text);
  }

  /** Config's own message, without the origin that it begins with. */
  static String withoutOrigin(String message) {
    return message.replaceFirst("^@\\d+@(: \\d+(-\\d+)?)?: *", "");
  }
}
