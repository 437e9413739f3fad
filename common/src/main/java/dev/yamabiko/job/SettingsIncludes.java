package dev.yamabiko.job;

import com.typesafe.config.ConfigIncludeContext;
import com.typesafe.config.ConfigIncluder;
import com.typesafe.config.ConfigIncluderClasspath;
import com.typesafe.config.ConfigIncluderFile;
import com.typesafe.config.ConfigIncluderURL;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseable;
import java.io.File;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * {@code include} in a file of settings, all that HOCON knows, but not without end: files may
 * include each other in ever more ways. What a file includes counts as if it stood in it, each time
 * anew, so that all together cost no more than one file may.
 */
final class SettingsIncludes
    implements ConfigIncluder, ConfigIncluderFile, ConfigIncluderURL, ConfigIncluderClasspath {

  private static final int MOST = 100;

  /** By which Config looks for a name without one. */
  private static final List<String> EXTENSIONS = List.of("", ".conf", ".json");

  private final Path file;
  private final StringBuilder all = new StringBuilder();
  private int count;

  /** Config's own, which does the reading. */
  private ConfigIncluder reader;

  /**
   * @param text of the file that is read
   */
  SettingsIncludes(Path file, String text) {
    this.file = file;
    add(text);
  }

  @Override
  public ConfigIncluder withFallback(ConfigIncluder fallback) {
    if (reader == null) {
      reader = fallback;
    }
    return this;
  }

  @Override
  public ConfigObject include(ConfigIncludeContext context, String what) {
    count();
    for (String extension : EXTENSIONS) {
      ConfigParseable found = context.relativeTo(what + extension);
      if (found != null && found.origin().filename() != null) {
        addFile(Path.of(found.origin().filename()));
      }
    }
    return reader.include(context, what);
  }

  @Override
  public ConfigObject includeFile(ConfigIncludeContext context, File what) {
    count();
    EXTENSIONS.forEach(extension -> addFile(Path.of(what + extension)));
    return ((ConfigIncluderFile) reader).includeFile(context, what);
  }

  @Override
  public ConfigObject includeURL(ConfigIncludeContext context, URL what) {
    count();
    return ((ConfigIncluderURL) reader).includeURL(context, what);
  }

  @Override
  public ConfigObject includeResources(ConfigIncludeContext context, String what) {
    count();
    return ((ConfigIncluderClasspath) reader).includeResources(context, what);
  }

  private void count() {
    count++;
    if (count > MOST) {
      throw new JobException(
          "%s: expected at most %d files that it includes, each as often as that is done, but found more"
              .formatted(file, MOST));
    }
  }

  /** Where there is one; Config takes it for an empty one where there is none. */
  private void addFile(Path included) {
    if (Files.exists(included) && !Files.isDirectory(included)) {
      Hocon.requireRegular(included, "a file of settings");
      add(JobText.read(included, "a file of settings"));
    }
  }

  private void add(String text) {
    all.append(text).append('\n');
    if (all.length() > JobText.LIMIT + 1) {
      throw new JobException(
          file + ": expected at most 1 MiB with all that it includes but found more");
    }
    ParsingCost.of(all.toString()).requireLittle(file.toString());
  }
}
