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
 *       if each one outside quotes were a piece, but for space.
 *   <li>Merges: HOCON merges an object, or what a key with dots stands for, with what its key had
 *       before, and the reader copies all of that. Counted in keys, as if each one so far in the
 *       object around it were of that key.
 *   <li>Substitutions: the work grows with the fourth power of those that one key gets its value
 *       by, and each may double the text. An addition is one, too, of what the key stood for.
 * </ul>
 */
public final class ParsingCost {

  /** People's jobs make the reader copy a hundredth of it. */
  private static final long MOST_COPIES = 16L << 20;

  private static final int MOST_SUBSTITUTIONS = 100;

  /** An object may have a thousand objects: half a second for the reader where each is merged. */
  private static final long MOST_MERGES = 1L << 19;

  private static final String LONG_QUOTE = "\"\"\"";

  /** A list or an object that has not ended, or the text around all of them. */
  private static final class Open {
    final boolean object;

    /** Where its last value begins. */
    int value;

    /** Whether there may be a key, or more of one, where the text has been read to. */
    boolean atKey;

    /** Of it and of the objects in it, but for those in lists. */
    long keys;

    Open(boolean object, int value) {
      this.object = object;
      this.value = value;
      atKey = object;
    }

    void endKey() {
      keys += atKey ? 1 : 0;
      atKey = false;
    }
  }

  private final String text;

  /** The innermost one first. */
  private final Deque<Open> open = new ArrayDeque<>();

  private int at;
  private int depth;
  private long copies;
  private int substitutions;
  private long merges;

  private ParsingCost(String text) {
    this.text = text;
    open.push(new Open(true, 0));
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

  long merges() {
    return merges;
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
    if (merges > MOST_MERGES) {
      throw new JobException(
          origin
              + ": expected all keys of an object in one pair of braces but found too many objects"
              + " and keys with dots side by side");
    }
  }

  private void next() {
    char c = text.charAt(at);
    if (c == '#' || text.startsWith("//", at)) {
      skipTo("\n", at);
      begin();
    } else if (text.startsWith(LONG_QUOTE, at)) {
      copy();
      skipTo(LONG_QUOTE, at + LONG_QUOTE.length());
      // The last three quotes end it.
      while (at < text.length() && text.charAt(at) == '"') {
        at++;
      }
    } else if (c == '"') {
      copy();
      skipQuoted();
    } else {
      if (text.startsWith("${", at) || text.startsWith("+=", at)) {
        substitutions++;
      }
      place(c);
    }
  }

  private void place(char c) {
    switch (c) {
      case '{':
      case '[':
        copy();
        at++;
        enter(c == '{');
        break;
      case '}':
      case ']':
        at++;
        leave();
        break;
      case ',':
      case '\n':
        at++;
        begin();
        break;
      case '=':
      case ':':
        at++;
        open.peek().value = at;
        open.peek().endKey();
        break;
      default:
        word(c);
        break;
    }
  }

  private void word(char c) {
    if (!Character.isWhitespace(c)) {
      copy();
    }
    at++;
    Open inside = open.peek();
    if (c == '.' && inside.atKey) {
      merges += inside.keys++;
    }
  }

  private void copy() {
    copies += at - open.peek().value;
  }

  private void enter(boolean object) {
    Open around = open.peek();
    if (object && around.object) {
      merges += around.keys;
      around.endKey();
    }
    open.push(new Open(object, at));
    depth = Math.max(depth, open.size() - 1);
  }

  private void leave() {
    if (open.size() > 1) {
      Open ended = open.pop();
      Open around = open.peek();
      around.keys += ended.object && around.object ? ended.keys : 0;
    }
  }

  /** The next value or key. */
  private void begin() {
    Open inside = open.peek();
    inside.value = at;
    inside.atKey = inside.object;
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
