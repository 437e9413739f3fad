package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.model.CanonicalJson;
import dev.yamabiko.protocol.RunEvent;
import dev.yamabiko.protocol.StepTiming;
import dev.yamabiko.protocol.WorkerTiming;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class JobTimingsTest {

  private static final long STEP = 2_000_000;

  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1_000_000_000);
  private final JobTimings timings = new JobTimings(now::get);

  /** Of 32 examples; it has taken two milliseconds. */
  private Optional<Map<String, Object>> close(long step) {
    now.addAndGet(STEP);
    timings.closed(32);
    StepTiming timing =
        new StepTiming(STEP, STEP / 4, List.of(new WorkerTiming("w1", STEP / 4 * 3, STEP / 2)));
    return timings.add(new RunEvent.StepTimed(step, timing)).map(CanonicalJson::object);
  }

  @Test
  void shouldTellFollowersTwiceASecondAtMost() {
    List<Long> told = new ArrayList<>();
    for (long step = 0; step < 1_000; step++) {
      if (close(step).isPresent()) {
        told.add(step);
      }
    }
    // Two seconds in all: at once, and then every half of one, also where the clock wraps around.
    assertEquals(List.of(0L, 250L, 500L, 750L), told);
  }

  @Test
  void shouldTellTheMeanOverAllStepsSinceTheLastTime() {
    assertEquals(1, close(0).orElseThrow().get("steps"));
    for (long step = 1; step < 250; step++) {
      assertTrue(close(step).isEmpty());
    }
    assertEquals(
        Map.of(
            "step",
            250,
            "steps",
            250,
            "seconds",
            0.002,
            "compute",
            0.001,
            "broadcast",
            0.0005,
            "wait",
            0.0,
            "aggregate",
            0.0005,
            "samples_per_second",
            16_000.0,
            "workers",
            List.of(Map.of("name", "w1", "compute", 0.001, "broadcast", 0.0005, "wait", 0.0))),
        close(250).orElseThrow());
  }

  @Test
  void shouldKeepTheLastSteps() {
    assertEquals(List.of(), timings.view().steps());
    for (long step = 0; step < 200; step++) {
      close(step);
    }
    List<Long> kept = timings.view().steps().stream().map(RunEvent.StepTimed::step).toList();
    assertEquals(JobTimings.KEPT, kept.size());
    assertEquals(72, kept.get(0));
    assertEquals(199, kept.get(kept.size() - 1));
  }
}
