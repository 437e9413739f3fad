package dev.yamabiko.data;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** What the text of one CSV cell means. Blanks around it never matter. */
final class CsvCell {

  private static final Set<String> MISSING_MARKS = Set.of("", "na", "nan", "-nan", "null", "?");
  private static final Set<String> INFINITIES = Set.of("inf", "infinity");
  private static final String A_NUMBER = "expected a number";
  private static final int LONGEST_MARK = 4;
  private static final int MAX_QUOTED = 40;

  private CsvCell() {}

  static boolean isMissing(String text) {
    String mark = text.strip();
    return mark.length() <= LONGEST_MARK && MISSING_MARKS.contains(mark.toLowerCase(Locale.ROOT));
  }

  static boolean isNumber(String text) {
    try {
      return !Double.isNaN(number(text));
    } catch (NumberFormatException e) {
      return false;
    }
  }

  /**
   * The number, or NaN if it is missing.
   *
   * @throws NumberFormatException whose message says what was expected and what was found
   */
  static double number(String text) {
    if (isMissing(text)) {
      return Double.NaN;
    }
    String cell = text.strip();
    if (!isDecimal(cell)) {
      throw new NumberFormatException(expectation(cell) + " but found " + quote(cell));
    }
    double number = Double.parseDouble(cell);
    if (Double.isInfinite(number)) {
      throw new NumberFormatException("expected a number below 1.8e308 but found " + quote(cell));
    }
    return number;
  }

  /** Whether it is some word, rather than a number that is only written otherwise. */
  static boolean isText(String text) {
    return expectation(text.strip()).equals(A_NUMBER);
  }

  private static String expectation(String cell) {
    String unsigned = cell.startsWith("-") || cell.startsWith("+") ? cell.substring(1) : cell;
    if (INFINITIES.contains(unsigned.toLowerCase(Locale.ROOT))) {
      return "expected a finite number";
    }
    return isDecimal(cell.replace(',', '.')) ? "expected a number with a decimal point" : A_NUMBER;
  }

  /** Java's own parser also takes "1d", "0x1p3" and the like, which no data file means. */
  private static boolean isDecimal(String cell) {
    for (int i = 0; i < cell.length(); i++) {
      char c = cell.charAt(i);
      if ((c < '0' || c > '9') && "+-.eE".indexOf(c) < 0) {
        return false;
      }
    }
    try {
      Double.parseDouble(cell);
      return true;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  /** The text as a message shows it: on one line, and shortened. */
  static String quote(String text) {
    String line = text.replace("\r", "\\r").replace("\n", "\\n").replace("\t", "\\t");
    return "'" + OneLine.cut(line, MAX_QUOTED) + "'";
  }

  /**
   * Several texts as a message shows them; if there are more than {@code max}, it says how many.
   */
  static String list(List<String> texts, int max) {
    String shown = texts.stream().limit(max).map(CsvCell::quote).collect(Collectors.joining(", "));
    return texts.size() > max ? shown + ", ... (" + texts.size() + " in all)" : shown;
  }
}
