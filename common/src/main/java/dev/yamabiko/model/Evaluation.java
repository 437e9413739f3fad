package dev.yamabiko.model;

import dev.yamabiko.data.Dataset;
import dev.yamabiko.data.Targets;
import dev.yamabiko.nn.ShapeMismatchException;
import dev.yamabiko.step.EvaluationPlan;
import dev.yamabiko.step.Statistics;
import dev.yamabiko.tensor.Kernels;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How well a trained model does on some examples. Loss and the metrics that training reports are
 * added along the same tree, so they have the bits of the run's own validation.
 *
 * @param classes where the model tells classes apart
 * @param values where it says values, in their own units
 */
public record Evaluation(
    Statistics statistics,
    Optional<ClassificationReport> classes,
    Optional<RegressionReport> values) {

  /**
   * Evaluates all examples in parts of 256, each in a batch.
   *
   * @param data as this model sees it; see {@code DataLoader.loadForModel}
   * @throws ShapeMismatchException if its inputs have another shape than the model's
   */
  public static Evaluation of(TrainedModel model, Dataset data, Kernels kernels) {
    if (!data.inputShape().equals(model.network().inputShape())) {
      throw new ShapeMismatchException(
          "the data does not fit the model: expected inputs of shape %s but found %s"
              .formatted(model.network().inputShape(), data.inputShape()));
    }
    return new Pass(model, data, kernels).run();
  }

  /** One walk over the examples, and what is added up on it. */
  private static final class Pass {
    private final Dataset data;
    private final Predictor predictor;
    private final Targets targets;
    private final float[] truth;
    private final double[] losses = new double[Predictor.BATCH];
    private final long[][] confusion;
    private final RocCurve roc = new RocCurve();
    private final RegressionErrors errors;

    Pass(TrainedModel model, Dataset data, Kernels kernels) {
      this.data = data;
      predictor = new Predictor(model, kernels);
      targets = model.targets();
      truth = new float[Predictor.BATCH * targets.width()];
      int classes = targets instanceof Targets.Classes named ? named.count() : 0;
      confusion = new long[classes][classes];
      errors =
          new RegressionErrors(
              targets instanceof Targets.Values values
                  ? values.values().stream().map(Targets.Value::name).toList()
                  : List.of());
    }

    Evaluation run() {
      EvaluationPlan plan = new EvaluationPlan(data.size());
      List<Statistics> parts = new ArrayList<>();
      for (int part = 0; part < plan.parts(); part++) {
        parts.add(evaluate(plan.from(part), plan.to(part)));
      }
      Statistics statistics = Statistics.sum(parts);
      if (targets instanceof Targets.Classes classes) {
        double auc = classes.count() == 2 ? roc.area() : Double.NaN;
        return new Evaluation(
            statistics,
            Optional.of(new ClassificationReport(classes.names(), confusion, auc)),
            Optional.empty());
      }
      return new Evaluation(statistics, Optional.empty(), Optional.of(report(statistics)));
    }

    private RegressionReport report(Statistics statistics) {
      return errors.report(statistics.rmse(targets.width()));
    }

    private Statistics evaluate(int from, int to) {
      int rows = to - from;
      int size = data.inputShape().size();
      float[] inputs = predictor.inputs();
      for (int i = 0; i < rows; i++) {
        data.readInput(from + i, inputs, i * size);
        data.readTarget(from + i, truth, i * targets.width());
      }
      float[] predictions = predictor.predict(rows);
      predictor.losses(rows, truth, losses);
      double loss = 0;
      long correct = 0;
      double squared = 0;
      for (int n = 0; n < rows; n++) {
        loss += losses[n];
        if (targets instanceof Targets.Values values) {
          squared += compare(values, n);
        } else {
          int right = (int) truth[n];
          int said = predictor.predictedClass(n);
          confusion[right][said]++;
          correct += right == said ? 1 : 0;
          if (confusion.length == 2) {
            roc.add(right == 1, predictions[2 * n + 1]);
          }
        }
      }
      return new Statistics(rows, loss, correct, squared);
    }

    /** The squared error in original units; the arithmetic is training's own. */
    private double compare(Targets.Values values, int n) {
      errors.nextExample();
      int width = targets.width();
      double sum = 0;
      for (int k = 0; k < width; k++) {
        Targets.Value value = values.values().get(k);
        double t = truth[n * width + k];
        double error = (predictor.predictedValue(n, k) - t) * value.scale();
        sum += error * error;
        errors.add(k, error, t * value.scale() + value.offset());
      }
      return sum;
    }
  }
}
