package dev.yamabiko.model;

import dev.yamabiko.data.Dataset;
import dev.yamabiko.data.Targets;
import dev.yamabiko.nn.ShapeMismatchException;
import dev.yamabiko.step.EvaluationPlan;
import dev.yamabiko.step.SampleHash;
import dev.yamabiko.step.Statistics;
import dev.yamabiko.tensor.Kernels;
import java.util.ArrayList;
import java.util.Arrays;
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
   * Evaluates all examples in parts of 256, each in one batch or, where memory is short, in
   * several.
   *
   * @param data as this model sees it; see {@code DataLoader.loadForModel}
   * @throws ShapeMismatchException if its inputs have another shape than the model's
   */
  public static Evaluation of(TrainedModel model, Dataset data, Kernels kernels) {
    return of(model, data, new Predictor(model, kernels));
  }

  static Evaluation of(TrainedModel model, Dataset data, Predictor predictor) {
    if (!data.inputShape().equals(model.network().inputShape())) {
      throw new ShapeMismatchException(
          "the data does not fit the model: expected inputs of shape %s but found %s"
              .formatted(model.network().inputShape(), data.inputShape()));
    }
    return new Pass(model, data, predictor).run();
  }

  /** One walk over the examples, and what is added up on it. */
  private static final class Pass {
    private final Dataset data;
    private final Predictor predictor;
    private final Targets targets;
    private final float[] truth;
    private final double[] losses;
    private final long[][] confusion;

    /** The row of every class that has not occurred; stays all zeros. */
    private final long[] nowhere;

    private final RocCurve roc = new RocCurve();
    private final RegressionErrors errors;

    Pass(TrainedModel model, Dataset data, Predictor predictor) {
      this.data = data;
      this.predictor = predictor;
      losses = new double[predictor.batch()];
      targets = model.targets();
      truth = new float[predictor.batch() * targets.width()];
      int classes = targets instanceof Targets.Classes named ? named.count() : 0;
      // Rows of their own only for classes that occur: of very many, few may.
      nowhere = new long[classes];
      confusion = new long[classes][];
      Arrays.fill(confusion, nowhere);
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

    /** Sums go on from batch to batch, so that the batches of a part do not show. */
    private Statistics evaluate(int from, int to) {
      double loss = 0;
      long correct = 0;
      double squared = 0;
      long samples = 0;
      for (int at = from; at < to; at += predictor.batch()) {
        int rows = Math.min(predictor.batch(), to - at);
        float[] predictions = predict(at, rows);
        for (int n = 0; n < rows; n++) {
          loss += losses[n];
          samples += SampleHash.of(at + n);
          if (targets instanceof Targets.Values values) {
            squared += predictor.squaredError(values, n, truth);
            compare(values, n);
          } else {
            correct += compare(n, predictions) ? 1 : 0;
          }
        }
      }
      return new Statistics(to - from, loss, correct, squared, samples);
    }

    private float[] predict(int from, int rows) {
      int size = data.inputShape().size();
      float[] inputs = predictor.inputs();
      for (int i = 0; i < rows; i++) {
        data.readInput(from + i, inputs, i * size);
        data.readTarget(from + i, truth, i * targets.width());
      }
      float[] predictions = predictor.predict(rows);
      predictor.losses(rows, truth, losses);
      return predictions;
    }

    /** Whether the right class was said. */
    private boolean compare(int n, float[] predictions) {
      int right = (int) truth[n];
      int said = predictor.predictedClass(n);
      if (confusion[right] == nowhere) {
        confusion[right] = new long[nowhere.length];
      }
      confusion[right][said]++;
      if (confusion.length == 2) {
        roc.add(right == 1, predictions[2 * n + 1]);
      }
      return right == said;
    }

    /** In original units. */
    private void compare(Targets.Values values, int n) {
      errors.nextExample();
      int width = targets.width();
      for (int k = 0; k < width; k++) {
        Targets.Value value = values.values().get(k);
        double t = truth[n * width + k];
        double error = (predictor.predictedValue(n, k) - t) * value.scale();
        errors.add(k, error, t * value.scale() + value.offset());
      }
    }
  }
}
