package dev.yamabiko.job;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigIncluder;
import com.typesafe.config.ConfigObject;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads job files: HOCON, of which JSON is a part. Every failure is a {@link JobException}. */
public final class JobFile {

  /** A substitution that may be missing, by an unquoted path. */
  private static final Pattern OPTIONAL = Pattern.compile("\\$\\{\\?([\\w.-]+)}");

  private JobFile() {}

  /** As {@link #read(Path, List, Path)}, settings relative to the JVM's working directory. */
  public static Job read(Path file, List<String> settings) {
    return read(file, settings, Path.of(""));
  }

  /**
   * The job in this file, which may include other files and read environment variables.
   *
   * @param file paths in it are relative to its folder; messages name it as it is given here
   * @param settings KEY=VALUE each, later ones over earlier ones
   * @param workingDirectory what paths in settings are relative to
   */
  public static Job read(Path file, List<String> settings, Path workingDirectory) {
    String text = JobText.read(file);
    Sources sources = new Sources(file.toAbsolutePath().getParent(), workingDirectory);
    Hocon hocon = new Hocon(sources);
    Includes includes = new Includes(hocon, file, text, null);
    return parse(hocon, sources, text, file.toString(), includes, true, settings);
  }

  /**
   * The job in this text, which may neither include anything nor read environment variables.
   *
   * @param origin what messages call the text; its last part without extension is the job's default
   *     name
   * @param base what paths in the text are relative to
   */
  public static Job parse(String text, String origin, Path base, List<String> settings) {
    return parse(text, origin, new Sources(base, Path.of("")), settings);
  }

  /**
   * The same of a text that comes from somebody else.
   *
   * @param paths which files the text may name
   */
  public static Job parse(String text, String origin, PathRule paths) {
    JobText.boundGrowth(text, origin);
    return parse(text, origin, new Sources(paths, Path.of("")), List.of());
  }

  private static Job parse(String text, String origin, Sources sources, List<String> settings) {
    if (text.length() > JobText.LIMIT) {
      throw new JobException(origin + ": expected a job of at most 1 MiB but found a larger one");
    }
    ConfigIncluder includes = Includes.refused(origin, text);
    return parse(new Hocon(sources), sources, text, origin, includes, false, settings);
  }

  private static Job parse(
      Hocon hocon,
      Sources sources,
      String text,
      String origin,
      ConfigIncluder includes,
      boolean environment,
      List<String> settings) {
    try {
      ConfigObject written = written(hocon, text, origin, includes);
      ConfigObject set = new Settings(hocon, sources).apply(written, settings);
      ConfigObject root = hocon.resolve(set, environment, origin);
      try {
        return new JobParser(Node.root(sources, root, origin), defaultName(origin)).parse();
      } catch (JobException e) {
        throw environment ? e : withLeftOut(e, text, root);
      }
    } catch (StackOverflowError e) {
      throw tooDeep(origin, e);
    }
  }

  static ConfigObject written(Hocon hocon, String text, String origin, ConfigIncluder includes) {
    ConfigObject written = hocon.parse(text, origin, includes);
    if (written.isEmpty()) {
      throw new JobException(origin + ": expected a job but the file is empty");
    }
    return written;
  }

  /** Config descends into what it reads; some 10,000 brackets are enough. */
  static JobException tooDeep(String origin, StackOverflowError e) {
    return new JobException(origin + ": objects and lists are nested too deeply", e);
  }

  /** What is left out makes other keys wrong or missing; so the message names it. */
  private static JobException withLeftOut(JobException e, String text, ConfigObject root) {
    Matcher optional = OPTIONAL.matcher(text);
    while (optional.find()) {
      if (!has(root, optional.group(1))) {
        return new JobException(
            "%s; %s has been left out: it is not a key of this job, and environment variables are not read here"
                .formatted(e.getMessage(), optional.group()),
            e);
      }
    }
    return e;
  }

  /** What a quoted text or a comment shows as a key may be none, and so is not missing. */
  private static boolean has(ConfigObject root, String key) {
    try {
      return key.length() > Hocon.LONGEST_KEY || root.toConfig().hasPathOrNull(key);
    } catch (ConfigException.BadPath e) {
      return true;
    }
  }

  static String defaultName(String origin) {
    String file = origin.substring(Math.max(origin.lastIndexOf('/'), origin.lastIndexOf('\\')) + 1);
    int dot = file.lastIndexOf('.');
    return dot > 0 ? file.substring(0, dot) : file;
  }
}
