package dev.yamabiko.job;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What a text of HOCON or JSON costs its reader. Quoted text and comments do not count, but where
 * they stand.
 *
 * <ul>
 *   <li>Depth: for each list or object in another one the reader goes one call deeper.
 *   <li>Copies: HOCON pieces a value together from what stands side by side, words as well as
 *       lists, and the reader copies for each piece what came before it. Counted in characters, as
 *       if each one outside quotes were a piece.
 * </ul>
 */
public final class ParsingCost {

  /** People's jobs make the reader copy a hundredth of it. */
  private static final long MOST_COPIES = 16L << 20;

  private static final int MOST_SUBSTITUTIONS = 100;

  private static final String LONG_QUOTE = "\"\"\"";

  private final String text;

  /** Where values have begun that have not ended, the innermost one first. */
  private final Deque<Integer> values = new ArrayDeque<>();

  private int at;
  private int depth;
  private long copies;
  private int substitutions;

  private ParsingCost(String text) {
    this.text = text;
    values.push(0);
    while (at < text.length()) {
      next();
    }
  }

  public static ParsingCost of(String text) {
    return new ParsingCost(text);
  }

  /** How deep lists and objects lie in each other. */
  public int depth() {
    return depth;
  }

  long copies() {
    return copies;
  }

  int substitutions() {
    return substitutions;
  }

  /**
   * Refuses a text that would keep its reader busy.
   *
   * @param origin as messages name the text
   */
  void requireLittle(String origin) {
    if (copies > MOST_COPIES) {
      throw new JobException(
          origin
              + ": expected a comma or a line end after each value and text of many words in double"
              + " quotes but found values of too many parts side by side");
    }
    if (substitutions > MOST_SUBSTITUTIONS) {
      throw new JobException(
          "%s: expected at most %d substitutions ${...} and additions += but found %d; write values out"
              .formatted(origin, MOST_SUBSTITUTIONS, substitutions));
    }
  }

  private void next() {
    char c = text.charAt(at);
    if (c == '#' || text.startsWith("//", at)) {
      skipTo("\n", at);
      values.pop();
      values.push(at);
      return;
    }
    copies += at - values.peek();
    if (text.startsWith(LONG_QUOTE, at)) {
      skipTo(LONG_QUOTE, at + LONG_QUOTE.length());
    } else if (c == '"') {
      skipQuoted();
    } else {
      if (text.startsWith("${", at) || text.startsWith("+=", at)) {
        substitutions++;
      }
      at++;
      place(c);
    }
  }

  private void place(char c) {
    switch (c) {
      case '{':
      case '[':
        values.push(at);
        depth = Math.max(depth, values.size() - 1);
        break;
      case '}':
      case ']':
        if (values.size() > 1) {
          values.pop();
        }
        break;
      case ',':
      case '\n':
      case '=':
      case ':':
        values.pop();
        values.push(at);
        break;
      default:
        break;
    }
  }

  private void skipTo(String end, int from) {
    int found = text.indexOf(end, from);
    at = found < 0 ? text.length() : found + end.length();
  }

  private void skipQuoted() {
    at++;
    while (at < text.length() && text.charAt(at) != '"') {
      at += text.charAt(at) == '\\' ? 2 : 1;
    }
    at++;
  }
}
