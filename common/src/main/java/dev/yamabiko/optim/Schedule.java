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

  /** factor^floor(step / every): stairs. */
  record Step(Period every, double factor) implements Schedule {
    @Override
    public double factor(long step, int stepsPerEpoch, long steps) {
      return StrictMath.pow(factor, step / every.inSteps(stepsPerEpoch));
    }
  }

  /** factor^(step / every): the same fall, in every step a little. */
  record Exponential(Period every, double factor) implements Schedule {
    @Override
    public double factor(long step, int stepsPerEpoch, long steps) {
      return StrictMath.pow(factor, (double) step / every.inSteps(stepsPerEpoch));
    }
  }

  /**
   * Half a cosine from 1 in the first step to the minimum in the last: minimum + (1 - minimum) (1 +
   * cos(pi step / (steps - 1))) / 2. Loshchilov and Hutter, "SGDR: stochastic gradient descent with
   * warm restarts", ICLR 2017, without restarts. With a minimum of 0 the last step trains nothing.
   * This schedule alone depends on how many steps the run has: where it goes on with other epochs,
   * the rate jumps.
   *
   * @param minimum a fraction of the base rate
   */
  record Cosine(double minimum) implements Schedule {
    @Override
    public double factor(long step, int stepsPerEpoch, long steps) {
      double progress = steps < 2 ? 0 : (double) step / (steps - 1);
      return minimum + (1 - minimum) * ((1 + StrictMath.cos(Math.PI * progress)) / 2);
    }
  }

  /**
   * Over the first N steps the rate rises evenly, from 1 / N to 1. Then comes another schedule, for
   * which the step after the warm-up is step 0 and the run that much shorter. Goyal et al.,
   * "Accurate, large minibatch SGD: training ImageNet in 1 hour", 2017.
   */
  record WarmUp(Period length, Schedule then) implements Schedule {
    @Override
    public double factor(long step, int stepsPerEpoch, long steps) {
      long warm = length.inSteps(stepsPerEpoch);
      return step < warm
          ? (step + 1.0) / warm
          : then.factor(step - warm, stepsPerEpoch, steps - warm);
    }
  }
}
