package dev.yamabiko.cli;

import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * What standard error and standard output are. Java cannot tell, so the launcher says it in system
 * properties.
 *
 * @param interactive a person watches standard error: lines may be redrawn
 * @param unicode whether more than ASCII may be drawn
 * @param steerable whether the cursor can be moved: what is redrawn may be several lines
 * @param err of standard error
 * @param out of standard output
 */
record Terminal(
    boolean interactive,
    int columns,
    int rows,
    boolean unicode,
    boolean steerable,
    Ink err,
    Ink out) {

  private static final int COLUMNS = 80;
  private static final int ROWS = 24;

  /** Of old: without colours, and its cursor stays on its line. */
  Terminal(boolean interactive, int columns, boolean unicode) {
    this(interactive, columns, ROWS, unicode, false, Ink.PLAIN, Ink.PLAIN);
  }

  static Terminal of(Properties properties, Map<String, String> environment) {
    boolean interactive = isSet(properties, "yamabiko.terminal");
    return new Terminal(
        interactive,
        number(properties, "yamabiko.columns", COLUMNS),
        number(properties, "yamabiko.rows", ROWS),
        isUtf8(environment),
        interactive && !isDumb(environment),
        ink(interactive, environment),
        ink(isSet(properties, "yamabiko.output-terminal"), environment));
  }

  /** The same where nobody watches standard error: a program reads it. */
  Terminal forPrograms() {
    return new Terminal(false, columns, rows, unicode, false, Ink.PLAIN, out);
  }

  private static boolean isSet(Properties properties, String name) {
    return Boolean.parseBoolean(properties.getProperty(name));
  }

  private static int number(Properties properties, String name, int otherwise) {
    try {
      int number = Integer.parseInt(properties.getProperty(name, ""));
      return number > 0 ? number : otherwise;
    } catch (NumberFormatException e) {
      return otherwise;
    }
  }

  private static boolean isDumb(Map<String, String> environment) {
    return environment.getOrDefault("TERM", "").equals("dumb");
  }

  /** By no-color.org and bixense.com/clicolors: whoever wants none goes before all others. */
  private static Ink ink(boolean terminal, Map<String, String> environment) {
    String force = environment.getOrDefault("CLICOLOR_FORCE", "");
    if (!environment.getOrDefault("NO_COLOR", "").isEmpty()) {
      return Ink.PLAIN;
    } else if (!force.isEmpty() && !force.equals("0")) {
      return Ink.COLOURED;
    }
    return terminal && !isDumb(environment) ? Ink.COLOURED : Ink.PLAIN;
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
