package dev.yamabiko.coordinator.curves;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A curve of bounded size: rows of numbers in buckets of neighbouring rows. All buckets but the
 * last hold the same number of rows, a power of two; where there is no room for another bucket,
 * each two become one.
 */
final class Buckets {

  private final int most;
  private final Map<String, Quantity> quantities = new LinkedHashMap<>();
  private long rows;
  private long width = 1;

  /**
   * @param most an even number
   */
  Buckets(int most) {
    if (most < 2 || most % 2 != 0) {
      throw new IllegalArgumentException("expected an even number of buckets but got " + most);
    }
    this.most = most;
  }

  int size() {
    return (int) ((rows + width - 1) / width);
  }

  /** A row need not have all quantities. */
  void add(Map<String, Double> row) {
    if (rows == most * width) {
      quantities.values().forEach(quantity -> quantity.halve(most));
      width *= 2;
    }
    rows++;
    int bucket = size() - 1;
    row.forEach(
        (name, value) ->
            quantities.computeIfAbsent(name, first -> new Quantity()).add(bucket, value));
  }

  /**
   * By quantity a list over at most so many buckets, or of those that are spread out an object of
   * three lists: mean, min and max.
   *
   * @param wholes whole numbers, of which the last in a bucket counts; there even without any row
   * @param last others of which the last counts; of all that are left it is the mean
   */
  Map<String, Object> lists(int points, List<String> wholes, Set<String> last, boolean spread) {
    int size = size();
    int together = Math.max(1, (size + points - 1) / points);
    Map<String, Object> lists = new LinkedHashMap<>();
    wholes.forEach(name -> lists.put(name, List.of()));
    quantities.forEach(
        (name, quantity) -> {
          if (wholes.contains(name)) {
            lists.put(name, quantity.wholes(size, together));
          } else if (last.contains(name)) {
            lists.put(name, quantity.last(size, together));
          } else {
            List<Float> mean = quantity.mean(size, together);
            lists.put(name, spread ? spread(quantity, mean, size, together) : mean);
          }
        });
    return lists;
  }

  private static Map<String, Object> spread(
      Quantity quantity, List<Float> mean, int size, int together) {
    Map<String, Object> spread = new LinkedHashMap<>();
    spread.put("mean", mean);
    spread.put("min", quantity.least(size, together));
    spread.put("max", quantity.largest(size, together));
    return spread;
  }
}
