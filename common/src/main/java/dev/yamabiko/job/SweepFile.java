package dev.yamabiko.job;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.nio.file.Path;
import java.util.List;

/** Reads job files that hold a sweep. Every failure is a {@link JobException}. */
public final class SweepFile {

  private final Path file;
  private final Sources sources;
  private final Hocon hocon;
  private final Settings settings;

  private SweepFile(Path file, Path workingDirectory) {
    this.file = file;
    sources = new Sources(file.toAbsolutePath().getParent(), workingDirectory);
    hocon = new Hocon(sources);
    settings = new Settings(hocon, sources);
  }

  /** Whether this job file, with these settings, holds a sweep, be it a wrong one. */
  public static boolean holdsSweep(Path file, List<String> settings, Path workingDirectory) {
    try {
      ConfigObject job = new SweepFile(file, workingDirectory).job(settings);
      ConfigValue sweep = job.get(Sweep.KEY);
      return sweep != null && sweep.valueType() != ConfigValueType.NULL;
    } catch (ConfigException.NotResolved e) {
      return true;
    }
  }

  /** All jobs of the sweep in this file, which is read as {@link JobFile#read} reads one. */
  public static Sweep read(Path file, List<String> settings, Path workingDirectory) {
    return new SweepFile(file, workingDirectory).sweep(settings);
  }

  private Sweep sweep(List<String> given) {
    String origin = file.toString();
    ConfigObject job = job(given);
    try {
      return new SweepParser(hocon, sources, settings, origin, JobFile.defaultName(origin))
          .parse(job);
    } catch (StackOverflowError e) {
      throw JobFile.tooDeep(origin, e);
    }
  }

  /** As it is written, and set. */
  private ConfigObject job(List<String> given) {
    String text = JobText.read(file);
    Includes includes = new Includes(hocon, file, text, null);
    try {
      return settings.apply(JobFile.written(hocon, text, file.toString(), includes), given);
    } catch (StackOverflowError e) {
      throw JobFile.tooDeep(file.toString(), e);
    }
  }
}
