package dev.yamabiko.job;

import java.util.OptionalLong;

/**
 * When a run writes checkpoints beside the one at its end, and how many of the newest it keeps.
 *
 * @param everySteps after each step whose count is a multiple of this
 */
public record Checkpoints(OptionalLong everySteps, int keep) {

  static final int DEFAULT_KEEP = 3;

  static final Checkpoints DEFAULT = new Checkpoints(OptionalLong.empty(), DEFAULT_KEEP);

  /** The first step count after this one at which a checkpoint is due. */
  public long nextAfter(long step) {
    return everySteps.isEmpty()
        ? Long.MAX_VALUE
        : Math.multiplyExact(step / everySteps.getAsLong() + 1, everySteps.getAsLong());
  }

  /** Whether a checkpoint is due when this many steps have been taken. */
  public boolean isDue(long step) {
    return everySteps.isPresent() && step % everySteps.getAsLong() == 0;
  }
}
