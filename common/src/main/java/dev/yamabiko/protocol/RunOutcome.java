package dev.yamabiko.protocol;

import dev.yamabiko.step.Measures;
import dev.yamabiko.step.Statistics;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How a run ended.
 *
 * @param message why it failed or was cancelled; empty when completed
 * @param epochs closed
 * @param steps taken
 * @param samplesApplied examples whose gradients went into the weights
 * @param workers that it was begun with, or that have computed a part of it, where that is known
 * @param weights the whole flat vector; absent where there is nothing to keep
 * @param train of the training examples, with these weights
 * @param validation of the validation examples, with these weights: what all metrics are made of
 * @param bestEpoch counted from 0; present where the job selects one and an epoch has closed
 * @param rollbacks how often the run has gone back
 * @param ledger empty where there was no run
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
    Optional<Measures> validation,
    OptionalInt bestEpoch,
    int rollbacks,
    Optional<RunLedger> ledger) {

  /** As scripts read it. */
  public enum Status {
    COMPLETED,
    FAILED,
    CANCELLED
  }

  /** The same, computed by so many workers. */
  public RunOutcome by(int workers) {
    return new RunOutcome(
        status,
        message,
        epochs,
        steps,
        samplesApplied,
        workers,
        weights,
        train,
        validation,
        bestEpoch,
        rollbacks,
        ledger);
  }

  /** The same for another reason. */
  public RunOutcome because(String reason) {
    return new RunOutcome(
        status,
        reason,
        epochs,
        steps,
        samplesApplied,
        workers,
        weights,
        train,
        validation,
        bestEpoch,
        rollbacks,
        ledger);
  }
}
