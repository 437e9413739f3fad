package dev.yamabiko.job;

import dev.yamabiko.optim.Period;
import dev.yamabiko.step.StepPlan;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a run writes for TensorBoard, beside its result, of which it is no part.
 *
 * @param histograms empty for none
 */
public record TensorBoard(boolean scalars, Optional<Histograms> histograms) {

  /**
   * Histograms of the weights.
   *
   * @param every how often
   * @param gradients whether there are histograms of the gradients, too
   */
  public record Histograms(Period every, boolean gradients) {}

  static final TensorBoard DEFAULT = new TensorBoard(true, Optional.empty());

  /** After every so many steps there are histograms, if there ever are. */
  public OptionalLong everySteps(StepPlan plan) {
    return histograms
        .map(wanted -> OptionalLong.of(wanted.every().inSteps(plan.stepsPerEpoch())))
        .orElse(OptionalLong.empty());
  }

  /** Whether histograms are due when this many steps have been taken. */
  public boolean isDue(long step, StepPlan plan) {
    OptionalLong every = everySteps(plan);
    return every.isPresent() && step % every.getAsLong() == 0;
  }

  /** Whether there are histograms of gradients, whenever any are due. */
  public boolean gradients() {
    return histograms.filter(Histograms::gradients).isPresent();
  }

  /** The first step count after this one at which histograms are due; past all if never. */
  public long nextAfter(long step, StepPlan plan) {
    OptionalLong every = everySteps(plan);
    return every.isPresent()
        ? Math.multiplyExact(step / every.getAsLong() + 1, every.getAsLong())
        : Long.MAX_VALUE;
  }
}
