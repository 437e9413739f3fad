package dev.yamabiko.job;

import java.util.function.DoublePredicate;

/** The ranges that real numbers in a job are held to, in the words of its messages. */
enum Interval {
  POSITIVE("a number greater than 0", x -> x > 0),
  NOT_NEGATIVE("a number of at least 0", x -> x >= 0),
  UP_TO_ONE("a number greater than 0 and at most 1", x -> x > 0 && x <= 1),
  BELOW_ONE("a number of at least 0 and less than 1", x -> x >= 0 && x < 1),
  HALF_TURN("a number greater than 0 and at most 180", x -> x > 0 && x <= 180),
  BETWEEN("a number greater than 0 and less than 1", x -> x > 0 && x < 1);

  private final String text;
  private final DoublePredicate holds;

  Interval(String text, DoublePredicate holds) {
    this.text = text;
    this.holds = holds;
  }

  String text() {
    return text;
  }

  /** Infinity, which 1e999 is read as, lies in none of them. */
  boolean contains(double x) {
    return Double.isFinite(x) && holds.test(x);
  }
}
