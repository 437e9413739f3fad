package dev.yamabiko.coordinator.tensorboard;

import java.util.Map;

/**
 * What happened at a step, as TensorFlow's message {@code Event} has it:
 *
 * <pre>
 *   Event        1 wall_time double, 2 step int64, 3 file_version string, 5 summary, 7 session_log
 *   SessionLog   1 status enum (START = 1)
 *   Summary      1 value, repeated
 *   Value        1 tag string, 2 simple_value float, 5 histo
 *   Histogram    1 min, 2 max, 3 num, 4 sum, 5 sum_squares double,
 *                6 bucket_limit, 7 bucket double, repeated and packed
 * </pre>
 */
public final class Event {

  private static final String VERSION = "brain.Event:2";
  private static final int START = 1;

  private final double wallTime;
  private final byte[] bytes;

  private Event(double wallTime, ProtoWriter message) {
    this.wallTime = wallTime;
    bytes = message.toBytes();
  }

  /** The first of a file. */
  static Event version(double wallTime) {
    return new Event(wallTime, at(wallTime, 0).text(3, VERSION));
  }

  /**
   * The steps from this one on are about to be taken: whatever was said of them before counts no
   * more.
   *
   * @param wallTime seconds since 1970
   */
  public static Event start(double wallTime, long step) {
    return new Event(wallTime, at(wallTime, step).message(7, new ProtoWriter().whole(1, START)));
  }

  /**
   * @param values by tag; what comes before a slash groups them on the page
   */
  public static Event scalars(double wallTime, long step, Map<String, Double> values) {
    ProtoWriter summary = new ProtoWriter();
    values.forEach(
        (tag, value) ->
            summary.message(
                1, new ProtoWriter().text(1, tag).single(2, (float) value.doubleValue())));
    return new Event(wallTime, at(wallTime, step).message(5, summary));
  }

  public static Event histogram(double wallTime, long step, String tag, Histogram histogram) {
    ProtoWriter histo =
        new ProtoWriter()
            .number(1, histogram.min())
            .number(2, histogram.max())
            .number(3, histogram.count())
            .number(4, histogram.sum())
            .number(5, histogram.sumOfSquares())
            .numbers(6, histogram.limits())
            .numbers(7, histogram.counts());
    ProtoWriter value = new ProtoWriter().text(1, tag).message(5, histo);
    return new Event(wallTime, at(wallTime, step).message(5, new ProtoWriter().message(1, value)));
  }

  private static ProtoWriter at(double wallTime, long step) {
    return new ProtoWriter().number(1, wallTime).whole(2, step);
  }

  double wallTime() {
    return wallTime;
  }

  byte[] bytes() {
    return bytes;
  }
}
