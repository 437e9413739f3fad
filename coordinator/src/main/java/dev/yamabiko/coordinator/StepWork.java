package dev.yamabiko.coordinator;

import java.time.Duration;

/**
 * How much arithmetic a step is, which is all that is known of how long it may take before the
 * first ones have closed.
 *
 * @param operations floating-point operations: forward, and backward for the weights and for the
 *     inputs, a multiplication and an addition each
 */
record StepWork(double operations) {

  private static final double PER_MULTIPLICATION = 6;

  static StepWork of(RunSettings settings) {
    return new StepWork(
        PER_MULTIPLICATION
            * settings.network().multiplicationsPerExample()
            * settings.job().batchSize());
  }

  /** At so many operations per second, but no less than this. */
  Duration at(double rate, Duration least) {
    Duration taken = Duration.ofSeconds((long) (operations / rate));
    return taken.compareTo(least) < 0 ? least : taken;
  }
}
