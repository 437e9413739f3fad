package dev.yamabiko.optim;

/**
 * How the learning rate changes from step to step: rate = base rate times {@link #factor}. A pure
 * function of the step's number; time plays no part.
 */
public sealed interface Schedule {

  /**
   * @param step from 0 on
   * @param stepsPerEpoch of the run
   * @param steps of the whole run
   */
  double factor(long step, int stepsPerEpoch, long steps);

  /** The base rate throughout. */
  record Constant() implements Schedule {
    @Override
    public double factor(long step, int stepsPerEpoch, long steps) {
      return 1;
    }
  }
}
