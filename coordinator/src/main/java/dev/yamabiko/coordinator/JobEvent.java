package dev.yamabiko.coordinator;

/**
 * Something that happened to a job, for those who follow it.
 *
 * @param number counts a job's events from 1 on
 * @param kind "status", "step", "timing", "epoch", "rollback", "notice"; the last event is "end"
 * @param json one object: a line of {@code metrics.jsonl}, the job's state, or at the end its
 *     result
 */
public record JobEvent(long number, String kind, String json) {

  public static final String END = "end";

  public boolean isLast() {
    return kind.equals(END);
  }
}
