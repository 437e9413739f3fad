package dev.yamabiko.data;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A categorical column: one input for each category, 1 for the cell's own and 0 for all others.
 *
 * @param categories those that occur in the training part, by code points
 * @param mostFrequent the number of the category that takes the place of a missing cell: the most
 *     frequent of the training part, the first of several; or UNKNOWN
 */
record FittedCategories(String name, List<String> categories, int mostFrequent)
    implements FittedColumn {

  /** The number of no category. */
  static final int UNKNOWN = -1;

  /** More are hardly categories, but names or numbers. */
  private static final int MOST = 1 << 16;

  FittedCategories {
    categories = List.copyOf(categories);
  }

  /**
   * Fits on the present cells of the training rows.
   *
   * @param where for messages: file and column
   * @param texts of the column
   * @param counts how many cells hold each text
   */
  static FittedCategories of(String name, String where, List<String> texts, int[] counts) {
    if (IntStream.of(counts).allMatch(count -> count == 0)) {
      throw new DataException(
          where + ": expected categories in the training part but every cell is missing there");
    }
    List<Integer> sorted =
        IntStream.range(0, counts.length)
            .filter(i -> counts[i] > 0)
            .boxed()
            .sorted((a, b) -> CodePointOrder.INSTANCE.compare(texts.get(a), texts.get(b)))
            .toList();
    if (sorted.size() > MOST) {
      throw new DataException(
          String.format(
              "%s: expected at most %d categories but found %d; does every row have its own?",
              where, MOST, sorted.size()));
    }
    int mostFrequent = 0;
    for (int i = 1; i < sorted.size(); i++) {
      if (counts[sorted.get(i)] > counts[sorted.get(mostFrequent)]) {
        mostFrequent = i;
      }
    }
    return new FittedCategories(name, sorted.stream().map(texts::get).toList(), mostFrequent);
  }

  /** The category's number of each text, UNKNOWN where the training part lacks it. */
  int[] numbers(List<String> texts) {
    Map<String, Integer> numbers = new HashMap<>();
    for (int i = 0; i < categories.size(); i++) {
      numbers.put(categories.get(i), i);
    }
    return texts.stream().mapToInt(t -> numbers.getOrDefault(t, UNKNOWN)).toArray();
  }

  @Override
  public LoadedData.Scaling scaling() {
    return new LoadedData.Scaling(name, categories);
  }
}
