package dev.yamabiko.step;

import dev.yamabiko.optim.Clipping;
import dev.yamabiko.optim.Optimizer;
import dev.yamabiko.optim.Schedule;
import java.util.Optional;

/**
 * How a batch's mean gradient changes the weights.
 *
 * @param rateScale what the learning rate is multiplied by, beside the schedule; 1 until a run has
 *     been rolled back
 */
public record UpdateRule(
    Optimizer optimizer, Schedule schedule, Optional<Clipping> clipping, double rateScale) {

  public UpdateRule(Optimizer optimizer, Schedule schedule, Optional<Clipping> clipping) {
    this(optimizer, schedule, clipping, 1);
  }

  public UpdateRule scaled(double scale) {
    return new UpdateRule(optimizer, schedule, clipping, scale);
  }

  /** The optimizer's learning rate in this step. */
  public float learningRate(StepPlan plan, long step) {
    double factor = schedule.factor(step, plan.stepsPerEpoch(), plan.steps());
    return (float) (optimizer.learningRate() * factor * rateScale);
  }

  boolean needsNorm() {
    return clipping.orElse(null) instanceof Clipping.GlobalNorm;
  }

  boolean clips() {
    return clipping.isPresent();
  }

  /** Clips elements [from, to) of the mean gradient, given its global norm if that is needed. */
  void clip(float[] g, int from, int to, double norm) {
    if (clipping.orElse(null) instanceof Clipping.GlobalNorm most && norm > most.norm()) {
      float scale = (float) (most.norm() / norm);
      for (int i = from; i < to; i++) {
        g[i] = g[i] * scale;
      }
    } else if (clipping.orElse(null) instanceof Clipping.Value most) {
      for (int i = from; i < to; i++) {
        g[i] = Math.max(-most.value(), Math.min(g[i], most.value()));
      }
    }
  }
}
