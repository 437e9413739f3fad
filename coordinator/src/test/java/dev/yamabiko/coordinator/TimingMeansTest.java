package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yamabiko.protocol.RunEvent;
import dev.yamabiko.protocol.StepTiming;
import dev.yamabiko.protocol.WorkerTiming;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TimingMeansTest {

  private static final long MILLI = 1_000_000;

  private final TimingMeans means = new TimingMeans();

  private static WorkerTiming worker(String name, long arrivedMillis, long computeMillis) {
    return new WorkerTiming(name, arrivedMillis * MILLI, computeMillis * MILLI);
  }

  private Map<String, Object> told() {
    Map<String, Object> json = new LinkedHashMap<>();
    means.put(json);
    means.putWorkers(json);
    return json;
  }

  @Test
  void shouldSplitAStepIntoPartsThatAddUp() {
    RunEvent.StepTimed timed =
        new RunEvent.StepTimed(
            7,
            new StepTiming(
                110 * MILLI,
                10 * MILLI,
                List.of(worker("slow", 100, 96), worker("quick", 20, 12))));
    assertEquals(
        List.of(
            "{\"step\":7,\"seconds\":0.11,\"compute\":0.054,\"broadcast\":0.006,\"wait\":0.04,"
                + "\"aggregate\":0.01,\"workers\":["
                + "{\"name\":\"slow\",\"compute\":0.096,\"broadcast\":0.004,\"wait\":0.0},"
                + "{\"name\":\"quick\",\"compute\":0.012,\"broadcast\":0.008,\"wait\":0.08}]}"),
        new TimelineView(List.of(timed)).json());
  }

  @Test
  void shouldTakeTheMeanOfStepsAndOfAWorkersOwnSteps() {
    means.add(new StepTiming(10 * MILLI, 2 * MILLI, List.of(worker("a", 8, 6))));
    means.add(
        new StepTiming(20 * MILLI, 4 * MILLI, List.of(worker("a", 12, 10), worker("b", 16, 15))));
    assertEquals(2, means.steps());
    assertEquals(0.03, means.seconds());
    Map<String, Object> json = told();
    assertEquals(0.015, json.get("seconds"));
    assertEquals(0.00925, json.get("compute"));
    assertEquals(0.003, json.get("aggregate"));
    assertEquals(
        List.of(
            Map.of("name", "a", "compute", 0.008, "broadcast", 0.002, "wait", 0.002),
            Map.of("name", "b", "compute", 0.015, "broadcast", 0.001, "wait", 0.0)),
        json.get("workers"));
  }

  /** A worker may have begun before the step did: slices send weights before a lease is given. */
  @Test
  void shouldNeverShowLessThanNothing() {
    means.add(new StepTiming(5 * MILLI, MILLI, List.of(worker("early", 4, 9))));
    Map<String, Object> json = told();
    assertEquals(0.004, json.get("compute"));
    assertEquals(0.0, json.get("broadcast"));
  }

  @Test
  void shouldShowAStepThatNobodyHasTimed() {
    means.add(StepTiming.NONE);
    assertEquals(
        Map.of(
            "seconds",
            0.0,
            "compute",
            0.0,
            "broadcast",
            0.0,
            "wait",
            0.0,
            "aggregate",
            0.0,
            "workers",
            List.of()),
        told());
  }
}
