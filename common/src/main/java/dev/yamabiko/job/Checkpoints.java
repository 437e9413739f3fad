package dev.yamabiko.job;

import dev.yamabiko.step.StepPlan;
import java.util.OptionalLong;

/**
 * When a run writes checkpoints beside the one at its end, and how many of the newest it keeps.
 *
 * <p>A job that does not say when gets one at an epoch's end, but no sooner than 100 steps after
 * the last one: where epochs are tiny, checkpoints must not take more time than steps. Where an
 * epoch has more than 1,000 steps, it gets one after every 1,000. Steps alone decide, and no bit of
 * the result depends on it.
 *
 * @param everySteps after each step whose count is a multiple of this; empty if the job does not
 *     say
 */
public record Checkpoints(OptionalLong everySteps, int keep) {

  static final int DEFAULT_KEEP = 3;

  private static final int FEWEST_STEPS = 100;
  private static final int MOST_STEPS = 1000;

  static final Checkpoints DEFAULT = new Checkpoints(OptionalLong.empty(), DEFAULT_KEEP);

  /** As the job says, or else as its epochs suggest. */
  public long every(StepPlan plan) {
    int epoch = plan.stepsPerEpoch();
    long epochs = (FEWEST_STEPS - 1L) / epoch + 1;
    return everySteps.orElse(Math.min(epochs * epoch, MOST_STEPS));
  }

  /** The first step count after this one at which a checkpoint is due. */
  public long nextAfter(long step, StepPlan plan) {
    return Math.multiplyExact(step / every(plan) + 1, every(plan));
  }

  /** Whether a checkpoint is due when this many steps have been taken. */
  public boolean isDue(long step, StepPlan plan) {
    return step % every(plan) == 0;
  }
}
