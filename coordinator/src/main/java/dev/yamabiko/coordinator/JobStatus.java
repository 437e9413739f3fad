package dev.yamabiko.coordinator;

import java.util.Locale;

/** Where a job is in its life, as scripts read it. */
public enum JobStatus {
  /** Behind other jobs. */
  QUEUED,
  /** For enough workers. */
  WAITING,
  RUNNING,
  COMPLETED,
  FAILED,
  CANCELLED;

  public boolean hasEnded() {
    return this == COMPLETED || this == FAILED || this == CANCELLED;
  }

  public boolean canBeResumed() {
    return this == FAILED || this == CANCELLED;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
