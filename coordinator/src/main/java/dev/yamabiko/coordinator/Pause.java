package dev.yamabiko.coordinator;

/**
 * How far the workers of a run are that is told to stop. Some may be a step behind; all finish the
 * last step that anybody began.
 */
final class Pause {

  private final long lease;
  private long until;

  /**
   * @param lease number of the pause
   * @param step that has not closed
   */
  Pause(long lease, long step) {
    this.lease = lease;
    this.until = step;
  }

  /** Whether an answer is one to this pause. */
  boolean isOf(long answered) {
    return answered == lease;
  }

  /** A worker begins no step from this one on. */
  void paused(long nextStep) {
    until = Math.max(until, nextStep);
  }

  /**
   * The steps before it have begun.
   *
   * @param step that has not closed by now
   */
  long until(long step) {
    return Math.max(until, step);
  }
}
