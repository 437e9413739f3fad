package dev.yamabiko.coordinator;

import akka.util.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Some of a job's events in their order. All who follow the job get the same batch; whoever sends
 * it first makes its text, for all.
 */
public final class JobEventBatch {

  /** Events in a batch. */
  static final int MOST = 256;

  private final List<JobEvent> events;
  private ByteString text;

  /**
   * @param events at least one
   */
  public JobEventBatch(List<JobEvent> events) {
    this.events = List.copyOf(events);
  }

  public List<JobEvent> events() {
    return events;
  }

  /** Whether nothing comes after it. */
  public boolean isLast() {
    return events.get(events.size() - 1).isLast();
  }

  /** This batch, or one whose last event says something else. */
  public JobEventBatch endingWith(UnaryOperator<String> other) {
    JobEvent end = events.get(events.size() - 1);
    String json = other.apply(end.json());
    if (json.equals(end.json())) {
      return this;
    }
    List<JobEvent> changed = new ArrayList<>(events);
    changed.set(events.size() - 1, new JobEvent(end.number(), end.kind(), json));
    return new JobEventBatch(changed);
  }

  /** As server-sent events. */
  public synchronized ByteString text() {
    if (text == null) {
      StringBuilder all = new StringBuilder();
      events.forEach(event -> event.appendTo(all));
      text = ByteString.fromString(all.toString());
    }
    return text;
  }
}
