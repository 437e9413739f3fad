package dev.yamabiko.nn;

import dev.yamabiko.data.Dataset;
import dev.yamabiko.tensor.Kernels;
import dev.yamabiko.tensor.KernelsFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Compares the gradient a that float32 backpropagation gives with the central difference n = (E(w +
 * h) - E(w - h)) / 2h of the double-precision reference formulas, which share no code with it.
 *
 * <p>The batch is up to {@value GradientComparison#EXAMPLES} examples of the dataset in {@value
 * GradientComparison#SHARDS} shards, so that the tree over shards takes part; more where a layer
 * refuses shards so small. The weights are the initial ones, each moved by up to {@value
 * GradientComparison#PERTURBATION}, so that no bias is exactly 0. Per parameter up to {@value
 * GradientComparison#ELEMENTS} elements are checked. All choices are a pure function of the seed.
 *
 * <p><b>Error.</b> |a - n| / max(|a|, |n|, floor), where the floor is 10^-3 of the largest |n| of
 * the parameter and at least 10^-6 of the largest of all: below it an element is nothing but the
 * rounding of terms that cancel. Where all of a parameter is below 10^-6 of the largest of all, its
 * true gradient is taken to be 0, as that of a bias before batch-norm is, and the floor is 10^-3 of
 * the largest of all.
 *
 * <p><b>Kinks.</b> h is 10^-5 max(1, |w|). A relu or max-pool may switch between w - h and w + h,
 * and then n is no derivative: an element that disagrees by a tenth of the tolerance is measured
 * again with h / 10, h / 100 and h / 1000, and the best counts. A switch may lie still closer to w,
 * or so close that float and double stand on different sides of it; so weights that disagree are
 * drawn again, at most {@value GradientComparison#DRAWS} times in all. A wrong gradient is wrong
 * with every h and in every draw.
 */
public final class GradientCheck {

  static final double TOLERANCE = 1e-3;

  /** Vector kernels are a hundred times slower until they are compiled, after so many runs. */
  private static final int WARM_UP_RUNS = 300;

  private static final long LONGEST_WARM_UP_NANOS = 4_000_000_000L;
  private static final long TIMING_NANOS = 1_000_000_000;

  private GradientCheck() {}

  /**
   * Checks the network at its initial weights with examples of this dataset.
   *
   * @throws ShapeMismatchException if the loss does not fit network or data
   */
  public static Report run(Network network, Loss loss, Dataset data, long seed) {
    Kernels kernels = KernelsFactory.create();
    GradientComparison comparison = new GradientComparison(network, loss, data, seed, kernels);
    List<Row> rows = comparison.rows();
    float[] weights = comparison.weights(0);
    Runnable forward = () -> comparison.forward(weights);
    Runnable both = () -> comparison.backpropagate(weights);
    warmUp(both);
    warmUp(forward);
    double[] seconds = medianSeconds(forward, both);
    return new Report(
        rows,
        comparison.shards().rows(),
        comparison.shards().shards(),
        network.parameterCount(),
        TOLERANCE,
        kernels.name(),
        seconds[0],
        seconds[1]);
  }

  private static void warmUp(Runnable task) {
    long begin = System.nanoTime();
    int runs = 0;
    for (long spent = 0; spent < LONGEST_WARM_UP_NANOS; spent = System.nanoTime() - begin) {
      if (runs++ >= WARM_UP_RUNS && spent >= TIMING_NANOS) {
        return;
      }
      task.run();
    }
  }

  /** The tasks take turns, so that a busy machine slows both alike. */
  private static double[] medianSeconds(Runnable first, Runnable second) {
    List<Long> ofFirst = new ArrayList<>();
    List<Long> ofSecond = new ArrayList<>();
    long begin = System.nanoTime();
    while (System.nanoTime() - begin < TIMING_NANOS || ofFirst.size() < 5) {
      ofFirst.add(nanoseconds(first));
      ofSecond.add(nanoseconds(second));
    }
    return new double[] {median(ofFirst) * 1e-9, median(ofSecond) * 1e-9};
  }

  private static long nanoseconds(Runnable task) {
    long begin = System.nanoTime();
    task.run();
    return System.nanoTime() - begin;
  }

  private static long median(List<Long> times) {
    times.sort(null);
    return times.get(times.size() / 2);
  }

  /**
   * One parameter's agreement.
   *
   * @param name as {@link Network#places} names it
   * @param layer as {@link Network#describeLayer} does
   */
  public record Row(
      String name, String layer, int checked, int total, double largestError, boolean passed) {}

  /**
   * What the check found.
   *
   * @param forwardSeconds one forward pass of the batch with its loss, in float32
   * @param gradientSeconds one forward and backward pass: the whole gradient
   */
  public record Report(
      List<Row> rows,
      int examples,
      int shards,
      int parameters,
      double tolerance,
      String kernels,
      double forwardSeconds,
      double gradientSeconds) {

    public Report {
      rows = List.copyOf(rows);
    }

    public boolean passed() {
      return rows.stream().allMatch(Row::passed);
    }

    /** NaN if any gradient is. */
    public double largestError() {
      return rows.stream().mapToDouble(Row::largestError).reduce(0, Math::max);
    }

    /** Two forward passes per parameter, with the same float32 kernels. */
    public double centralDifferenceSeconds() {
      return 2.0 * parameters * forwardSeconds;
    }

    /** How many times faster backpropagation gives the whole gradient. */
    public double speedup() {
      return centralDifferenceSeconds() / gradientSeconds;
    }

    /** For JSON; numbers that do not exist are null. */
    public Map<String, Object> toMap() {
      List<Map<String, Object>> tensors = new ArrayList<>();
      for (Row row : rows) {
        Map<String, Object> tensor = new LinkedHashMap<>();
        tensor.put("name", row.name);
        tensor.put("layer", row.layer);
        tensor.put("checked", row.checked);
        tensor.put("total", row.total);
        tensor.put("largest_relative_error", finiteOrNull(row.largestError));
        tensor.put("passed", row.passed);
        tensors.add(tensor);
      }
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("passed", passed());
      map.put("largest_relative_error", finiteOrNull(largestError()));
      map.put("tolerance", tolerance);
      map.put("examples", examples);
      map.put("shards", shards);
      map.put("parameters", parameters);
      map.put("kernels", kernels);
      map.put("gradient_seconds", gradientSeconds);
      map.put("central_difference_seconds", centralDifferenceSeconds());
      map.put("speedup", finiteOrNull(speedup()));
      map.put("tensors", tensors);
      return map;
    }

    private static Double finiteOrNull(double value) {
      return Double.isFinite(value) ? value : null;
    }

    /** For the terminal. */
    public String table() {
      int name = "parameter".length();
      int layer = "layer".length();
      for (Row row : rows) {
        name = Math.max(name, row.name.length());
        layer = Math.max(layer, row.layer.length());
      }
      String format = "%-" + layer + "s  %-" + name + "s  %18s  %12s  %s%n";
      StringBuilder text = new StringBuilder();
      text.append(line(format, "layer", "parameter", "checked", "error", "").stripTrailing());
      text.append('\n');
      for (Row row : rows) {
        String checked = line("%,d of %,d", row.checked, row.total);
        String error = line("%.1e", row.largestError);
        String verdict = row.passed ? "ok" : "WRONG";
        text.append(line(format, row.layer, row.name, checked, error, verdict));
      }
      text.append(
          line(
              "%nlargest relative error %.1e, tolerance %.0e: %s%n",
              largestError(), tolerance, passed() ? "passed" : "FAILED"));
      text.append(
          line(
              "%s in %s, %s, %s kernels%n",
              count(examples, "example"),
              count(shards, "shard"),
              count(parameters, "parameter"),
              kernels));
      text.append(
          line(
              "the whole gradient: %s by backpropagation, %s by central differences (%,d forward passes of %s): %,.0f times faster%n",
              time(gradientSeconds),
              time(centralDifferenceSeconds()),
              2L * parameters,
              time(forwardSeconds),
              speedup()));
      return text.toString();
    }

    private static String line(String format, Object... values) {
      return String.format(Locale.ROOT, format, values);
    }

    private static String count(long n, String noun) {
      return line("%,d %s", n, n == 1 ? noun : noun + "s");
    }

    private static String time(double seconds) {
      if (seconds < 1e-3) {
        return line("%.1f us", seconds * 1e6);
      }
      return seconds < 1 ? line("%.2f ms", seconds * 1e3) : line("%,.1f s", seconds);
    }
  }
}
