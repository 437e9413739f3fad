package dev.yamabiko.extension;

import java.util.function.DoublePredicate;

/**
 * A range that real numbers in a job are held to.
 *
 * @param text in the words of messages, behind "expected"
 * @param holds asked of finite numbers only
 */
public record Interval(String text, DoublePredicate holds) {

  public static final Interval ANY = new Interval("a number", x -> true);
  public static final Interval POSITIVE = new Interval("a number greater than 0", x -> x > 0);
  public static final Interval NOT_NEGATIVE = new Interval("a number of at least 0", x -> x >= 0);
  public static final Interval UP_TO_ONE =
      new Interval("a number greater than 0 and at most 1", x -> x > 0 && x <= 1);
  public static final Interval BELOW_ONE =
      new Interval("a number of at least 0 and less than 1", x -> x >= 0 && x < 1);
  public static final Interval HALF_TURN =
      new Interval("a number greater than 0 and at most 180", x -> x > 0 && x <= 180);
  public static final Interval BETWEEN =
      new Interval("a number greater than 0 and less than 1", x -> x > 0 && x < 1);

  /** Infinity, which 1e999 is read as, lies in none of them. */
  public boolean contains(double x) {
    return Double.isFinite(x) && holds.test(x);
  }
}
