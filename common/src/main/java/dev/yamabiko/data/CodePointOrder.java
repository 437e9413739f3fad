package dev.yamabiko.data;

import java.util.Comparator;

/**
 * Texts by their Unicode code points, which is also the order of their UTF-8 bytes. It knows no
 * locale and, unlike {@link String#compareTo}, does not put what lies beyond U+FFFF before U+E000.
 */
enum CodePointOrder implements Comparator<String> {
  INSTANCE;

  @Override
  public int compare(String a, String b) {
    int at = 0;
    while (at < a.length() && at < b.length()) {
      int x = a.codePointAt(at);
      int y = b.codePointAt(at);
      if (x != y) {
        return Integer.compare(x, y);
      }
      at += Character.charCount(x);
    }
    return Integer.compare(a.length(), b.length());
  }
}
