package dev.yamabiko.data;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Guesses which known name somebody meant, case aside. */
public final class NearestName {
  private NearestName() {}

  /** "; did you mean "kernel"?", or nothing where no known word is near. */
  public static String hint(String word, List<String> known) {
    return of(word, known).map(k -> "; did you mean \"" + k + "\"?").orElse("");
  }

  /** The known word with the smallest edit distance, if at most a third of it has to change. */
  public static Optional<String> of(String word, List<String> known) {
    String nearest = null;
    int least = Integer.MAX_VALUE;
    for (String candidate : known) {
      int longest = Math.max(word.length(), candidate.length());
      int distance = longest > 64 ? longest : distance(lower(word), lower(candidate));
      if (distance < least && distance <= Math.max(1, longest / 3)) {
        nearest = candidate;
        least = distance;
      }
    }
    return Optional.ofNullable(nearest);
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  /**
   * Insertions, deletions, replacements and swaps of neighbours that lead from a to b (optimal
   * string alignment).
   */
  static int distance(String a, String b) {
    int[][] d = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          d[i][j] = i + j;
          continue;
        }
        boolean same = a.charAt(i - 1) == b.charAt(j - 1);
        int best =
            Math.min(Math.min(d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + (same ? 0 : 1));
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          best = Math.min(best, d[i - 2][j - 2] + 1);
        }
        d[i][j] = best;
      }
    }
    return d[a.length()][b.length()];
  }
}
