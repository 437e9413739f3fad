package dev.yamabiko.coordinator.http;

import akka.util.ByteString;
import dev.yamabiko.coordinator.JobEvent;
import dev.yamabiko.coordinator.JobEventBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * For a client that knows a job's steps up to one: leaves out the events of steps before the next.
 * The first event of another step ends that, and so does a roll-back: the steps after it are other
 * ones.
 */
final class FromStep {

  private static final Pattern STEP = Pattern.compile("\\{\"step\":(\\d{1,18})\\b.*");

  private final long step;
  private boolean reached;

  /**
   * @param step the first that is of interest
   */
  FromStep(long step) {
    this.step = step;
    this.reached = step == 0;
  }

  /** The batch's text, or of a part of it; nothing if no event is left. */
  List<ByteString> text(JobEventBatch batch) {
    if (reached) {
      return List.of(batch.text());
    }
    List<JobEvent> left = new ArrayList<>();
    for (JobEvent event : batch.events()) {
      reached = reached || event.kind().equals(JobEvent.ROLLBACK) || isOf(event);
      if (reached || !event.kind().equals(JobEvent.STEP)) {
        left.add(event);
      }
    }
    return left.isEmpty() ? List.of() : List.of(new JobEventBatch(left).text());
  }

  /** Whether it is the event of a step that is of interest. */
  private boolean isOf(JobEvent event) {
    if (!event.kind().equals(JobEvent.STEP)) {
      return false;
    }
    Matcher number = STEP.matcher(event.json());
    return number.matches() && Long.parseLong(number.group(1)) >= step;
  }
}
