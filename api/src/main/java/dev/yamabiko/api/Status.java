package dev.yamabiko.api;

/** Where a job is in its life. */
public enum Status {
  /** Behind other jobs of the coordinator. */
  QUEUED,
  /** For enough workers. */
  WAITING,
  RUNNING,
  COMPLETED,
  FAILED,
  CANCELLED;

  /** Whether nothing more comes, unless somebody resumes it. */
  public boolean hasEnded() {
    return this == COMPLETED || this == FAILED || this == CANCELLED;
  }
}
