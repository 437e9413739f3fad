package dev.yamabiko.cli;

import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * What standard error is. Java cannot tell, so the launcher says it in system properties.
 *
 * @param interactive a person watches: lines may be redrawn
 * @param unicode whether more than ASCII may be drawn
 */
record Terminal(boolean interactive, int columns, boolean unicode) {

  static Terminal of(Properties properties, Map<String, String> environment) {
    return new Terminal(
        Boolean.parseBoolean(properties.getProperty("yamabiko.terminal")),
        columns(properties.getProperty("yamabiko.columns", "")),
        isUtf8(environment));
  }

  private static int columns(String given) {
    try {
      int columns = Integer.parseInt(given);
      return columns > 0 ? columns : 80;
    } catch (NumberFormatException e) {
      return 80;
    }
  }

  /** The first of the three that is set and not empty decides, as in POSIX. */
  private static boolean isUtf8(Map<String, String> environment) {
    return Stream.of("LC_ALL", "LC_CTYPE", "LANG")
        .map(name -> environment.getOrDefault(name, ""))
        .filter(locale -> !locale.isEmpty())
        .findFirst()
        .map(locale -> locale.toLowerCase(Locale.ROOT).replace("-", "").endsWith("utf8"))
        .orElse(false);
  }
}
