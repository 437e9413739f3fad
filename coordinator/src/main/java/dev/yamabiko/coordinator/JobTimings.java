package dev.yamabiko.coordinator;

import dev.yamabiko.model.CanonicalJson;
import dev.yamabiko.protocol.RunEvent;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * How long a job's last steps took, and how often its followers hear of it: steps may be far
 * quicker than anybody reads, so what they are told is the mean over those since the last time.
 */
final class JobTimings {

  static final int KEPT = 128;
  private static final Duration INTERVAL = Duration.ofMillis(500);

  private final LongSupplier nanoTime;
  private final Deque<RunEvent.StepTimed> recent = new ArrayDeque<>(KEPT + 1);
  private TimingMeans untold = new TimingMeans();
  private long examples;
  private boolean begun;
  private long toldAt;

  /**
   * @param nanoTime decides when something is told, never what is measured
   */
  JobTimings(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** So many examples are in the step whose timing comes next. */
  void closed(long examplesOfStep) {
    examples += examplesOfStep;
  }

  /** What followers are to be told now, if anything. */
  Optional<String> add(RunEvent.StepTimed timed) {
    recent.add(timed);
    if (recent.size() > KEPT) {
      recent.remove();
    }
    untold.add(timed.timing());
    long now = nanoTime.getAsLong();
    if (begun && now - toldAt < INTERVAL.toNanos()) {
      return Optional.empty();
    }
    begun = true;
    toldAt = now;
    String json = json(timed.step());
    untold = new TimingMeans();
    examples = 0;
    return Optional.of(json);
  }

  private String json(long step) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("step", step);
    json.put("steps", untold.steps());
    untold.put(json);
    json.put("samples_per_second", examples / untold.seconds());
    untold.putWorkers(json);
    return CanonicalJson.of(json);
  }

  void forget() {
    recent.clear();
  }

  /** The last steps, in the order in which they closed. */
  TimelineView view() {
    return new TimelineView(List.copyOf(recent));
  }
}
