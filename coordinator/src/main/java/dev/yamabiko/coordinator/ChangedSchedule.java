package dev.yamabiko.coordinator;

import dev.yamabiko.job.Job;
import dev.yamabiko.model.Checkpoint.Position;
import dev.yamabiko.slices.SlicePlan;
import dev.yamabiko.step.StepPlan;
import dev.yamabiko.step.UpdateRule;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Optional;

/**
 * What people should know of a run that goes on with other epochs: a cosine spans them all, so the
 * steps before were taken with other rates than a run of so many epochs would have had, and the
 * rate jumps.
 */
final class ChangedSchedule {

  private ChangedSchedule() {}

  /**
   * @param before the job with which the checkpoint here was taken
   * @param now differs in its epochs at most
   */
  static Optional<String> notice(Job before, Job now, StepPlan plan, Position position) {
    StepPlan planned =
        new StepPlan(plan.examples(), plan.batchSize(), plan.shards(), before.epochs());
    UpdateRule update = now.update().scaled(SlicePlan.rateScale(now, position.rollbacks()));
    long step = position.step();
    // In a warm-up the rates are the same, whatever comes after it.
    if (step == 0
        || update.learningRate(planned, step - 1) == update.learningRate(plan, step - 1)) {
      return Optional.empty();
    }
    String last = text(update.learningRate(planned, step - 1));
    return Optional.of(
        "epochs was %d but is %d now, and the cosine schedule spans them all: the learning rate %s; a run that had %d epochs from the beginning ends with other weights"
            .formatted(
                before.epochs(),
                now.epochs(),
                step < plan.steps()
                    ? "goes on at %s after %s"
                        .formatted(text(update.learningRate(plan, step)), last)
                    : "ended at " + last,
                now.epochs()));
  }

  private static String text(float rate) {
    return BigDecimal.valueOf(rate).round(new MathContext(3)).stripTrailingZeros().toString();
  }
}
