package dev.yamabiko.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class TrendTest {

  private static final Trend.Limit LIMIT = new Trend.Limit(1.5, 10);

  private final Trend trend = new Trend();

  private void add(String figure, int samples, int growth) {
    for (int i = 0; i < samples; i++) {
      trend.add(figure, 100 + (long) growth * i, LIMIT);
    }
  }

  @Test
  void shouldNameWhatGrewBeyondItsLimit() {
    add("still", 40, 0);
    add("slow", 40, 1);
    add("fast", 40, 10);
    assertEquals(List.of("fast"), trend.grown());
  }

  @Test
  void shouldNameWhatWasSampledTooSeldomOrNeverWhenItIsExpected() {
    add("often", Trend.FEWEST, 0);
    add("seldom", Trend.FEWEST - 1, 100);
    assertEquals(List.of(), trend.grown());
    assertEquals(
        List.of(
            "seldom: 7 samples, at least 8 are wanted", "never: 0 samples, at least 8 are wanted"),
        trend.unjudged(List.of("often", "seldom", "never")));
  }
}
