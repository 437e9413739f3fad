package dev.yamabiko.job;

import java.util.Locale;
import java.util.OptionalInt;

/**
 * Which epoch's weights are the best ones: those whose metric beats the best before by more than
 * {@code minDelta}. Decided at the ends of epochs by numbers that are the same on any number of
 * workers; time plays no part.
 *
 * @param patience stop after so many epochs in a row without a better one; never where empty
 * @param restoreBest the run's model is the best epoch's, not the last one's
 */
public record Selection(Metric metric, double minDelta, OptionalInt patience, boolean restoreBest) {

  /** What is compared. */
  public enum Metric {
    VALIDATION_LOSS,
    VALIDATION_ACCURACY,
    VALIDATION_RMSE,
    TRAIN_LOSS;

    /** As job files spell it. */
    public String key() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** As results spell it. */
    public String field() {
      return name().toLowerCase(Locale.ROOT);
    }

    public boolean higherIsBetter() {
      return this == VALIDATION_ACCURACY;
    }

    public boolean needsValidation() {
      return this != TRAIN_LOSS;
    }
  }

  /** NaN is never better. */
  public boolean isBetter(double value, double best) {
    return metric.higherIsBetter() ? value > best + minDelta : value < best - minDelta;
  }

  /** What every value is better than. */
  public double worst() {
    return metric.higherIsBetter() ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
  }
}
