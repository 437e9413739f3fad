package dev.yamabiko.coordinator;

import dev.yamabiko.model.CanonicalJson;
import dev.yamabiko.protocol.RunEvent;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A job's last steps, and what they were spent on.
 *
 * @param steps in the order in which they closed
 */
public record TimelineView(List<RunEvent.StepTimed> steps) {

  public TimelineView {
    steps = List.copyOf(steps);
  }

  /** One object for each step. */
  public List<String> json() {
    return steps.stream().map(TimelineView::json).toList();
  }

  private static String json(RunEvent.StepTimed timed) {
    TimingMeans means = new TimingMeans();
    means.add(timed.timing());
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("step", timed.step());
    means.put(json);
    means.putWorkers(json);
    return CanonicalJson.of(json);
  }
}
