package dev.yamabiko.protocol;

import dev.yamabiko.step.Statistics;
import java.util.Optional;

/**
 * How a run ended.
 *
 * @param message why it failed or was cancelled; empty when completed
 * @param epochs closed
 * @param steps taken
 * @param samplesApplied examples whose gradients went into the weights
 * @param weights the whole flat vector; absent where there is nothing to keep
 * @param train of the training examples, with these weights
 * @param validation of the validation examples, with these weights
 */
public record RunOutcome(
    Status status,
    String message,
    int epochs,
    long steps,
    long samplesApplied,
    int workers,
    Optional<float[]> weights,
    Optional<Statistics> train,
    Optional<Statistics> validation) {

  /** As scripts read it. */
  public enum Status {
    COMPLETED,
    FAILED,
    CANCELLED
  }
}
