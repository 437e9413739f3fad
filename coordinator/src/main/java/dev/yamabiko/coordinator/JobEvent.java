package dev.yamabiko.coordinator;

import java.util.Set;

/**
 * Something that happened to a job, for those who follow it.
 *
 * @param number counts a job's events, from 1 on in the coordinator's first term
 * @param kind "status", "step", "timing", "epoch", "rollback", "notice"; the last event is "end"
 * @param json one object: a line of {@code metrics.jsonl}, the job's state, or at the end its
 *     result
 */
public record JobEvent(long number, String kind, String json) {

  public static final String STATUS = "status";
  public static final String STEP = "step";
  public static final String ROLLBACK = "rollback";
  public static final String END = "end";

  /** What somebody may wait for. */
  private static final Set<String> URGENT = Set.of(STATUS, "notice", END);

  public boolean isLast() {
    return kind.equals(END);
  }

  boolean isStatus() {
    return kind.equals(STATUS);
  }

  boolean isUrgent() {
    return URGENT.contains(kind);
  }

  /** As a server-sent event; the JSON holds no line breaks. */
  void appendTo(StringBuilder text) {
    text.append("id: ").append(number);
    text.append("\nevent: ").append(kind);
    text.append("\ndata: ").append(json).append("\n\n");
  }
}
