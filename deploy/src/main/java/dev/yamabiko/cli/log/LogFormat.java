package dev.yamabiko.cli.log;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What the lines of a log are. */
public enum LogFormat {
  /** For people. */
  TEXT,
  /** For programs: one object per line. */
  JSON;

  /** As options, files and variables name it. */
  public static Optional<LogFormat> of(String name) {
    return Arrays.stream(values()).filter(format -> format.toString().equals(name)).findFirst();
  }

  public static List<String> names() {
    return Arrays.stream(values()).map(LogFormat::toString).toList();
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
