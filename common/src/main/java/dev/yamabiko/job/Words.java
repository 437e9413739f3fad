package dev.yamabiko.job;

import java.util.List;

/** Lists as messages write them. */
final class Words {
  /** More than any key or name that is known. */
  private static final int MOST_OF_A_NAME = 200;

  private Words() {}

  /** A key or a name that somebody else has written; of a long one both ends. */
  static String name(String name) {
    return shortened(name, MOST_OF_A_NAME);
  }

  /** Without its middle if it is longer. */
  static String shortened(String text, int most) {
    int half = most / 2;
    return text.length() <= most
        ? text
        : text.substring(0, half) + "..." + text.substring(text.length() - half);
  }

  /** "a, b or c". */
  static String or(List<String> words) {
    return join(words, " or ");
  }

  /** "a, b and c". */
  static String and(List<String> words) {
    return join(words, " and ");
  }

  private static String join(List<String> words, String last) {
    int n = words.size();
    return n < 2
        ? String.join("", words)
        : String.join(", ", words.subList(0, n - 1)) + last + words.get(n - 1);
  }
}
