package dev.yamabiko.coordinator.curves;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class BucketsTest {

  private static Buckets filled(int most, int rows) {
    Buckets buckets = new Buckets(most);
    for (int i = 0; i < rows; i++) {
      buckets.add(Map.of("step", (double) i, "loss", value(i)));
    }
    return buckets;
  }

  /** Exact in a float, and in sums. */
  private static double value(int row) {
    return row * 37 % 64;
  }

  private static Map<String, Object> lists(Buckets buckets, int points) {
    return buckets.lists(points, List.of("step"), Set.of("rate"), true);
  }

  @SuppressWarnings("unchecked")
  private static <T> List<T> list(Map<String, Object> lists, String name) {
    return (List<T>) lists.get(name);
  }

  @SuppressWarnings("unchecked")
  private static List<Float> loss(Map<String, Object> lists, String which) {
    return ((Map<String, List<Float>>) lists.get("loss")).get(which);
  }

  @Property(tries = 200)
  void shouldDescribeTheRowsOfEachBucket(
      @ForAll @IntRange(min = 1, max = 16) int half,
      @ForAll @IntRange(min = 1, max = 600) int rows,
      @ForAll @IntRange(min = 1, max = 40) int points) {
    Buckets buckets = filled(2 * half, rows);
    assertTrue(buckets.size() <= 2 * half);
    Map<String, Object> lists = lists(buckets, points);
    List<Long> ends = list(lists, "step");
    assertTrue(ends.size() <= points && ends.size() <= 2 * half, ends.toString());
    assertEquals(rows - 1L, ends.get(ends.size() - 1));
    int from = 0;
    for (int i = 0; i < ends.size(); i++) {
      double sum = 0;
      double least = Double.POSITIVE_INFINITY;
      double largest = Double.NEGATIVE_INFINITY;
      int to = (int) (ends.get(i) + 1);
      for (int row = from; row < to; row++) {
        sum += value(row);
        least = Math.min(least, value(row));
        largest = Math.max(largest, value(row));
      }
      assertEquals((float) (sum / (to - from)), loss(lists, "mean").get(i));
      assertEquals((float) least, loss(lists, "min").get(i));
      assertEquals((float) largest, loss(lists, "max").get(i));
      from = to;
    }
  }

  @Test
  void shouldBeAsFineAsItCanBe() {
    assertEquals(8, filled(8, 8).size());
    assertEquals(5, filled(8, 9).size());
    assertEquals(8, filled(8, 16).size());
    assertEquals(5, filled(8, 17).size());
    assertEquals(List.of(1L, 3L, 4L), list(lists(filled(8, 5), 3), "step"));
  }

  @Test
  void shouldLeaveOutOfTheMeanWhatIsNotFinite() {
    Buckets buckets = new Buckets(2);
    buckets.add(Map.of("step", 0.0, "loss", 1.0, "rate", 0.5));
    buckets.add(Map.of("step", 1.0, "loss", Double.NaN, "rate", 0.25));
    buckets.add(Map.of("step", 2.0, "loss", Double.POSITIVE_INFINITY));
    Map<String, Object> lists = lists(buckets, 2);
    assertEquals(List.of(1L, 2L), list(lists, "step"));
    assertEquals(Arrays.asList(1.0f, null), loss(lists, "mean"));
    assertEquals(Arrays.asList(1.0f, null), loss(lists, "min"));
    assertEquals(Arrays.asList(1.0f, null), loss(lists, "max"));
    assertEquals(Arrays.asList(0.25f, null), list(lists, "rate"));
  }

  @Test
  void shouldHaveNothingBeforeTheFirstRow() {
    assertEquals(Map.of("step", List.of()), lists(new Buckets(4), 2));
  }
}
