package dev.yamabiko.api;

import dev.yamabiko.client.JsonFields;
import dev.yamabiko.data.Targets;
import dev.yamabiko.step.Statistics;

/**
 * How well a model does on some examples; NaN stands for what there is not.
 *
 * @param loss the mean of the job's loss over the examples
 * @param accuracy of a classification: the share that is right, from 0 to 1
 * @param rmse of a regression: the root of the mean squared error, in the targets' own units
 */
public record Metrics(double loss, double accuracy, double rmse) {

  static Metrics of(Statistics statistics, Targets targets) {
    return targets instanceof Targets.Classes
        ? new Metrics(statistics.meanLoss(), statistics.accuracy(), Double.NaN)
        : new Metrics(statistics.meanLoss(), Double.NaN, statistics.rmse(targets.width()));
  }

  /**
   * @param part "train" or "validation"
   */
  static Metrics of(JsonFields line, String part) {
    return new Metrics(
        line.number(part + "_loss"), line.number(part + "_accuracy"), line.number(part + "_rmse"));
  }
}
