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

  /** To be called once for each target of an example, and before them {@link #nextExample}. */
  void add(int target, double y, double t) {
    double error = y - t;
    absolute[target] += Math.abs(error);
    squared[target] += error * error;
    double before = t - mean[target];
    mean[target] += before / examples;
    m2[target] += before * (t - mean[target]);
  }

  void nextExample() {
    examples++;
  }

  RegressionReport report() {
    List<RegressionReport.Target> targets = new ArrayList<>();
    double allAbsolute = 0;
    double allSquared = 0;
    for (int k = 0; k < names.size(); k++) {
      double r2 = m2[k] > 0 ? 1 - squared[k] / m2[k] : Double.NaN;
      targets.add(of(names.get(k), absolute[k], squared[k], examples, r2));
      allAbsolute += absolute[k];
      allSquared += squared[k];
    }
    double r2 =
        targets.stream()
            .mapToDouble(RegressionReport.Target::r2)
            .filter(v -> !Double.isNaN(v))
            .average()
            .orElse(Double.NaN);
    return new RegressionReport(
        targets, of("all", allAbsolute, allSquared, examples * names.size(), r2));
  }

  private static RegressionReport.Target of(
      String name, double absolute, double squared, long values, double r2) {
    return new RegressionReport.Target(name, absolute / values, Math.sqrt(squared / values), r2);
  }
}
