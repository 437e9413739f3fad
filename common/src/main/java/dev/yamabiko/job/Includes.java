package dev.yamabiko.job;

import com.typesafe.config.ConfigIncludeContext;
import com.typesafe.config.ConfigIncluder;
import com.typesafe.config.ConfigIncluderClasspath;
import com.typesafe.config.ConfigIncluderFile;
import com.typesafe.config.ConfigIncluderURL;
import com.typesafe.config.ConfigObject;
import java.io.File;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * {@code include} in a job file: another file, named relative to the one that includes it. Unlike
 * in HOCON at large a missing file is an error, and neither URLs nor the class path are looked at.
 */
final class Includes
    implements ConfigIncluder, ConfigIncluderFile, ConfigIncluderURL, ConfigIncluderClasspath {

  private final Hocon hocon;
  private final Path file;
  private final String text;
  private final Includes parent;

  /**
   * @param file the file with this text, whose includes this object reads
   * @param parent of the file that included it; null for the job file
   */
  Includes(Hocon hocon, Path file, String text, Includes parent) {
    this.hocon = hocon;
    this.file = file;
    this.text = text;
    this.parent = parent;
  }

  @Override
  public ConfigObject include(ConfigIncludeContext context, String what) {
    Path included;
    try {
      included = file.resolveSibling(what);
    } catch (InvalidPathException e) {
      throw refuse(what, "expected a file name");
    }
    if (!Files.exists(included)) {
      throw refuse(what, "no such file");
    }
    if (!Files.isRegularFile(included) && !Files.isDirectory(included)) {
      throw refuse(what, "expected a file but found a pipe or a device");
    }
    for (Includes open = this; open != null; open = open.parent) {
      if (open.file.toAbsolutePath().normalize().equals(included.toAbsolutePath().normalize())) {
        throw refuse(what, "this file is being read already, it cannot include itself");
      }
    }
    String content = JobText.read(included);
    return hocon.parse(content, included.toString(), new Includes(hocon, included, content, this));
  }

  @Override
  public ConfigObject includeFile(ConfigIncludeContext context, File what) {
    return include(context, what.getPath());
  }

  @Override
  public ConfigObject includeURL(ConfigIncludeContext context, URL what) {
    throw refuse(what.toString(), "only files can be included");
  }

  @Override
  public ConfigObject includeResources(ConfigIncludeContext context, String what) {
    throw refuse(what, "only files can be included");
  }

  @Override
  public ConfigIncluder withFallback(ConfigIncluder fallback) {
    return this;
  }

  private JobException refuse(String what, String why) {
    return refuse(file.toString(), text, what, why);
  }

  /** Config does not say on which line the include is. */
  private static JobException refuse(String origin, String text, String what, String why) {
    String[] lines = text.split("\n", -1);
    String where = origin;
    for (int i = lines.length - 1; i >= 0; i--) {
      if (lines[i].contains("include") && lines[i].contains(what)) {
        where = origin + ":" + (i + 1);
      }
    }
    return new JobException(where + ": include \"" + what + "\": " + why);
  }

  /** For texts that may not include anything. */
  static ConfigIncluder refused(String origin, String text) {
    return new Refused(origin, text);
  }

  private record Refused(String origin, String text)
      implements ConfigIncluder, ConfigIncluderFile, ConfigIncluderURL, ConfigIncluderClasspath {
    private JobException refuse(String what) {
      return Includes.refuse(origin, text, what, "nothing can be included here");
    }

    @Override
    public ConfigObject include(ConfigIncludeContext context, String what) {
      throw refuse(what);
    }

    @Override
    public ConfigObject includeFile(ConfigIncludeContext context, File what) {
      throw refuse(what.getPath());
    }

    @Override
    public ConfigObject includeURL(ConfigIncludeContext context, URL what) {
      throw refuse(what.toString());
    }

    @Override
    public ConfigObject includeResources(ConfigIncludeContext context, String what) {
      throw refuse(what);
    }

    @Override
    public ConfigIncluder withFallback(ConfigIncluder fallback) {
      return this;
    }
  }
}
