package dev.yamabiko.data;

import java.util.regex.Pattern;

/**
 * Texts that hold names, keys or cells of somebody's files, as messages show them: in one line, and
 * without what would steer a terminal.
 */
public final class OneLine {

  private static final Pattern CONTROL = Pattern.compile("\\p{Cc}+");

  private OneLine() {}

  /** The text with a blank for each run of line ends and other control characters. */
  public static String of(String text) {
    return CONTROL.matcher(text).replaceAll(" ");
  }

  /** The text with a question mark for each of them, where it is an example of a value. */
  public static String marked(String text) {
    return CONTROL.matcher(text).replaceAll(run -> "?".repeat(run.group().length()));
  }

  /** The beginning of a text that is longer. */
  public static String cut(String text, int most) {
    return text.length() > most ? text.substring(0, most) + "..." : text;
  }
}
