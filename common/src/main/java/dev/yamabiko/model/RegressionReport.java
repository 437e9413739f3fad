package dev.yamabiko.model;

import dev.yamabiko.step.ErrorTally;
import java.util.ArrayList;
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

  /**
   * The figures of these sums.
   *
   * @param names of the targets
   * @param rmse over all targets, as training adds it up: where there is one, its own to the bit
   */
  static RegressionReport of(List<String> names, ErrorTally errors, double rmse) {
    long examples = errors.examples();
    List<Target> targets = new ArrayList<>();
    double absolute = 0;
    for (int k = 0; k < names.size(); k++) {
      double spread = errors.spread()[k];
      double squared = errors.squared()[k];
      double r2 = spread > 0 ? 1 - squared / spread : Double.NaN;
      double own = names.size() == 1 ? rmse : Math.sqrt(squared / examples);
      targets.add(new Target(names.get(k), errors.absolute()[k] / examples, own, r2));
      absolute += errors.absolute()[k];
    }
    double r2 =
        targets.stream()
            .mapToDouble(Target::r2)
            .filter(v -> !Double.isNaN(v))
            .average()
            .orElse(Double.NaN);
    double mae = absolute / ((double) examples * names.size());
    return new RegressionReport(targets, new Target("all", mae, rmse, r2));
  }
}
