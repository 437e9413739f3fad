package dev.yamabiko.model;

import java.util.List;

/**
 * How near values came, in the targets' own units. A figure that does not exist is NaN.
 *
 * @param total over all targets; its R^2 is the mean of the targets' that exist
 */
public record RegressionReport(List<Target> targets, Target total) {

  public RegressionReport {
    targets = List.copyOf(targets);
  }

  /**
   * The errors of one target.
   *
   * @param mae mean of |y - t|
   * @param rmse root of the mean of (y - t)^2
   * @param r2 1 - sum (y - t)^2 / sum (t - mean t)^2; NaN where all t are alike
   */
  public record Target(String name, double mae, double rmse, double r2) {}
}
