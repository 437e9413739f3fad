package dev.yamabiko.model;

import java.util.ArrayList;
import java.util.List;

/**
 * Adds up the errors of values, example by example. The targets' spread comes from Welford's
 * recurrence (Technometrics 1962), which needs one pass and cancels nothing: mean' = mean + (t -
 * mean) / n, m2' = m2 + (t - mean) (t - mean').
 */
final class RegressionErrors {

  private final List<String> names;
  private final double[] absolute;
  private final double[] squared;
  private final double[] mean;
  private final double[] m2;
  private long examples;

  RegressionErrors(List<String> names) {
    this.names = List.copyOf(names);
    absolute = new double[names.size()];
    squared = new double[names.size()];
    mean = new double[names.size()];
    m2 = new double[names.size()];
  }

  /**
   * To be called once for each target of an example, and before them {@link #nextExample}.
   *
   * @param error y - t, in original units
   */
  void add(int target, double error, double t) {
    absolute[target] += Math.abs(error);
    squared[target] += error * error;
    double before = t - mean[target];
    mean[target] += before / examples;
    m2[target] += before * (t - mean[target]);
  }

  void nextExample() {
    examples++;
  }

  /**
   * The figures so far.
   *
   * @param rmse over all targets, as training adds it up, whose last bits come from the tree over
   *     parts
   */
  RegressionReport report(double rmse) {
    List<RegressionReport.Target> targets = new ArrayList<>();
    double allAbsolute = 0;
    for (int k = 0; k < names.size(); k++) {
      double r2 = m2[k] > 0 ? 1 - squared[k] / m2[k] : Double.NaN;
      double own = names.size() == 1 ? rmse : Math.sqrt(squared[k] / examples);
      targets.add(new RegressionReport.Target(names.get(k), absolute[k] / examples, own, r2));
      allAbsolute += absolute[k];
    }
    double r2 =
        targets.stream()
            .mapToDouble(RegressionReport.Target::r2)
            .filter(v -> !Double.isNaN(v))
            .average()
            .orElse(Double.NaN);
    double mae = allAbsolute / (examples * names.size());
    return new RegressionReport(targets, new RegressionReport.Target("all", mae, rmse, r2));
  }
}
