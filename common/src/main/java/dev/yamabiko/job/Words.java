package dev.yamabiko.job;

import java.util.List;

/** Lists as messages write them. */
final class Words {
  private Words() {}

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
