package dev.yamabiko.optim;

/** A number of steps, or of epochs of whatever length the run's epochs have. */
public record Period(int count, Unit unit) {

  /** What is counted. */
  public enum Unit {
    STEPS,
    EPOCHS
  }

  public Period {
    if (count < 1) {
      throw new IllegalArgumentException("a period of " + count);
    }
  }

  public static Period steps(int count) {
    return new Period(count, Unit.STEPS);
  }

  public static Period epochs(int count) {
    return new Period(count, Unit.EPOCHS);
  }

  public long inSteps(int stepsPerEpoch) {
    return unit == Unit.STEPS ? count : (long) count * stepsPerEpoch;
  }
}
