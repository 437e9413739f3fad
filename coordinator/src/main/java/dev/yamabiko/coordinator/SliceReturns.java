package dev.yamabiko.coordinator;

/**
 * How often slices have returned to a checkpoint without having got to a later one. A run that
 * diverges goes back to an earlier one, for which they are counted anew, unless they are stuck; it
 * may do so only as often as the job allows. A node that ends and is started again more often than
 * checkpoints are taken would bring the run back to the same one for ever, and so would a network
 * that loses messages in every step.
 */
final class SliceReturns {

  /** To the same checkpoint; after that something else has to be done. */
  static final int MOST = 3;

  private long step = -1;
  private int times;

  /**
   * Slices return once more.
   *
   * @param to the step of the checkpoint
   * @return whether they have not done so too often
   */
  boolean isAllowedTo(long to) {
    if (to != step && !isStuckAt(to)) {
      step = to;
      times = 0;
    }
    times++;
    return times <= MOST;
  }

  /** Whether they have returned too often, and a lineage that begins here is not past that. */
  boolean isStuckAt(long from) {
    return times > MOST && from <= step;
  }
}
