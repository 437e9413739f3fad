package dev.yamabiko.model;

import dev.yamabiko.data.Dataset;
import dev.yamabiko.data.Targets;
import dev.yamabiko.nn.ShapeMismatchException;
import dev.yamabiko.step.ArrivingSum;
import dev.yamabiko.step.BlockComputation;
import dev.yamabiko.step.EvaluationPlan;
import dev.yamabiko.step.Measures;
import dev.yamabiko.step.Statistics;
import dev.yamabiko.tensor.Kernels;
import java.util.Optional;

/**
 * How well a trained model does on some examples: a pure function of the two. A run's workers
 * measure the same parts by the same code, and their sums are added along the same tree, so all
 * figures have the bits of the run's own validation.
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
   * several: activations may take half of it, as they may in training.
   *
   * @param data as this model sees it; see {@code DataLoader.loadForModel}
   * @throws ShapeMismatchException if its inputs have another shape than the model's
   */
  public static Evaluation of(TrainedModel model, Dataset data, Kernels kernels) {
    return of(
        model, data, kernels, model.network().rowsWithin(Runtime.getRuntime().maxMemory() / 2));
  }

  /**
   * @param mostRows examples computed at once; it does not change a bit
   */
  static Evaluation of(TrainedModel model, Dataset data, Kernels kernels, int mostRows) {
    if (!data.inputShape().equals(model.network().inputShape())) {
      throw new ShapeMismatchException(
          "the data does not fit the model: expected inputs of shape %s but found %s"
              .formatted(model.network().inputShape(), data.inputShape()));
    }
    BlockComputation computation =
        new BlockComputation(model.job().objective(model.network()), kernels, mostRows);
    EvaluationPlan plan = new EvaluationPlan(data.size());
    ArrivingSum<Measures> sum = new ArrivingSum<>(plan.parts(), Measures::plus);
    for (int part = 0; part < plan.parts(); part++) {
      sum.add(part, computation.measure(data, plan.from(part), plan.to(part), model.weights()));
    }
    return of(model.targets(), sum.total());
  }

  /**
   * The metrics of a whole dataset.
   *
   * @param targets of the model
   * @param measures of all its parts, with more than statistics
   */
  public static Evaluation of(Targets targets, Measures measures) {
    Statistics statistics = measures.statistics();
    return new Evaluation(
        statistics,
        measures.classes().map(tally -> new ClassificationReport(targets.keys(), tally)),
        measures
            .errors()
            .map(
                errors ->
                    RegressionReport.of(targets.keys(), errors, statistics.rmse(targets.width()))));
  }
}
