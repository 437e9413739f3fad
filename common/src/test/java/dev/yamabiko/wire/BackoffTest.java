package dev.yamabiko.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class BackoffTest {

  private static final List<Integer> MOST = List.of(200, 400, 800, 1600, 3200, 6400, 10000, 10000);
  private final Backoff backoff = new Backoff(Duration.ofMillis(200), Duration.ofSeconds(10));

  @Property
  void shouldDoubleUpToTheLimitAndVary(@ForAll long seed) {
    Random random = new Random(seed);
    List<Boolean> inRange =
        IntStream.range(0, MOST.size())
            .mapToObj(
                i -> {
                  double millis = backoff.after(i + 1, random).toNanos() / 1e6;
                  return millis >= MOST.get(i) / 2.0 && millis <= MOST.get(i);
                })
            .toList();
    assertEquals(List.of(), inRange.stream().filter(in -> !in).toList());
  }

  @Property
  void shouldNeverExceedTheLimit(@ForAll @IntRange(min = 1) int failures, @ForAll long seed) {
    Duration pause = backoff.after(failures, new Random(seed));
    assertTrue(pause.compareTo(Duration.ofSeconds(10)) <= 0, pause.toString());
  }
}
