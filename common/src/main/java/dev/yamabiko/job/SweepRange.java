package dev.yamabiko.job;

import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import dev.yamabiko.extension.Interval;
import dev.yamabiko.tensor.Philox;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Numbers between two others, both included, evenly spread over the numbers themselves or over
 * their logarithms. They are rounded to what people write: to four digits of the range's width, on
 * a logarithmic scale to four digits of each number, so that the value that is shown is the value
 * that is used.
 *
 * @param origin where the range was written, as Config is told of it
 */
record SweepRange(double from, double to, boolean log, boolean integer, String origin) {

  private static final int DIGITS = 4;

  /**
   * @param node an object with {@code from} and {@code to}, and of these keys others
   */
  static SweepRange parse(Node node, String... keys) {
    Section options = node.section(keys);
    boolean integer = options.at("integer").flag(false);
    boolean log =
        options.at("scale").given()
            && options.at("scale").oneOf(List.of("linear", "log")).equals("log");
    Node from = options.at("from");
    Node to = options.at("to");
    double least = end(from, integer, log);
    double most = end(to, integer, log);
    if (most <= least) {
      throw to.expected("more than from, which is %s,".formatted(from.found()));
    }
    if (Double.isInfinite(most - least)) {
      throw to.expected("less than %s more than from,".formatted(Double.MAX_VALUE));
    }
    return new SweepRange(least, most, log, integer, node.value().origin().description());
  }

  private static double end(Node node, boolean integer, boolean log) {
    if (integer) {
      return node.whole(log ? 1 : 0, Integer.MAX_VALUE);
    }
    return node.number(log ? Interval.POSITIVE : Interval.ANY);
  }

  ConfigValue draw(Philox random) {
    if (integer && !log) {
      long span = (long) to - (long) from + 1;
      return value(Math.min(to, from + StrictMath.floor(random.nextDouble() * span)));
    }
    return value(at(random.nextDouble()));
  }

  /** So many from one end to the other; of integers that would come twice, each once. */
  List<ConfigValue> points(int count) {
    return IntStream.range(0, count)
        .mapToDouble(i -> i == count - 1 ? to : i == 0 ? from : at((double) i / (count - 1)))
        .mapToObj(this::value)
        .distinct()
        .toList();
  }

  /**
   * @param part of the way, from 0 to 1
   */
  private double at(double part) {
    double x =
        log
            ? StrictMath.exp(
                StrictMath.log(from) + part * (StrictMath.log(to) - StrictMath.log(from)))
            : from + part * (to - from);
    return Math.max(from, Math.min(to, integer ? Math.rint(x) : rounded(x)));
  }

  private double rounded(double x) {
    int decimals = decimals(to - from);
    if (log) {
      decimals = Math.max(decimals, decimals(x));
    }
    return new BigDecimal(x).setScale(decimals, RoundingMode.HALF_EVEN).doubleValue();
  }

  /** Where the last of a positive number's digits stands that count. */
  private static int decimals(double x) {
    BigDecimal exact = new BigDecimal(x);
    return DIGITS - (exact.precision() - exact.scale());
  }

  private ConfigValue value(double x) {
    return integer
        ? ConfigValueFactory.fromAnyRef((long) x, origin)
        : ConfigValueFactory.fromAnyRef(x, origin);
  }
}
