package dev.yamabiko.step;

import java.util.Optional;

/**
 * All that the metrics of some examples are made of; added along the tree over parts of a dataset.
 *
 * @param classes where classes are told apart and more than statistics was asked for
 * @param errors where values are said and more than statistics was asked for
 */
public record Measures(
    Statistics statistics, Optional<ClassTally> classes, Optional<ErrorTally> errors) {

  /** Of these examples no more is known. */
  public static Measures of(Statistics statistics) {
    return new Measures(statistics, Optional.empty(), Optional.empty());
  }

  /** Whether every metric can be told. */
  public boolean areAll() {
    return classes.isPresent() || errors.isPresent();
  }

  /** The sum; both are of the same kind. */
  public Measures plus(Measures right) {
    return new Measures(
        statistics.plus(right.statistics),
        classes.map(left -> left.plus(right.classes.orElseThrow())),
        errors.map(left -> left.plus(right.errors.orElseThrow())));
  }
}
