package dev.yamabiko.coordinator.http;

/**
 * How deep lists and objects lie in each other in a text of HOCON or JSON: whatever reads it goes
 * one call deeper for each. Quoted text and comments do not count.
 */
final class Nesting {

  private static final String LONG_QUOTE = "\"\"\"";

  private final String text;
  private int at;
  private int depth;
  private int most;

  private Nesting(String text) {
    this.text = text;
  }

  static int of(String text) {
    Nesting nesting = new Nesting(text);
    while (nesting.at < text.length()) {
      nesting.next();
    }
    return nesting.most;
  }

  private void next() {
    char c = text.charAt(at);
    if (text.startsWith(LONG_QUOTE, at)) {
      skipTo(LONG_QUOTE, at + LONG_QUOTE.length());
    } else if (c == '"') {
      skipQuoted();
    } else if (c == '#' || text.startsWith("//", at)) {
      skipTo("\n", at);
    } else {
      if (c == '{' || c == '[') {
        most = Math.max(most, ++depth);
      } else if (c == '}' || c == ']') {
        depth--;
      }
      at++;
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
