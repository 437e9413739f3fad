package dev.yamabiko.protocol;

import dev.yamabiko.step.Statistics;
import java.util.Optional;

/** What an observer of a run hears, in order. */
public sealed interface RunEvent {

  /** Workers are ready, step 0 begins. */
  record RunStarted(int workers) implements RunEvent {}

  /**
   * A step has closed on all slices.
   *
   * @param statistics of its batch, with the weights before the step
   * @param gradientNorm NaN where nobody asked for it
   */
  record StepClosed(long step, int epoch, Statistics statistics, double gradientNorm)
      implements RunEvent {}

  /**
   * @param step steps taken so far
   * @param train of the epoch's batches, each with the weights of its step
   * @param validation with the weights at the epoch's end
   */
  record EpochClosed(int epoch, long step, Statistics train, Optional<Statistics> validation)
      implements RunEvent {}

  /** The last event. */
  record RunEnded(RunOutcome outcome) implements RunEvent {}
}
