package dev.yamabiko.cli;

import dev.yamabiko.coordinator.RunResult;
import dev.yamabiko.data.LoadedData;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/** How a run ended, as people read it. */
final class Summary {

  private Summary() {}

  /**
   * @param curve a drawing of the losses, or empty
   * @param model where the model file is, if there is one
   */
  static String of(
      RunResult result,
      Optional<LoadedData.Baseline> baseline,
      String curve,
      Optional<Path> model) {
    StringBuilder text = new StringBuilder(of(result, baseline, curve));
    line(text, "model", model.map(Path::toString).orElse(""));
    line(text, "directory", result.runDirectory().toString());
    return text.toString();
  }

  /** The same without the places of its files, which may be on another machine. */
  static String of(RunResult result, Optional<LoadedData.Baseline> baseline, String curve) {
    StringBuilder text = new StringBuilder(curve);
    text.append(
        "%s %s: %s, %s%s in %s, %s, %s\n"
            .formatted(
                result.job(),
                result.status().name().toLowerCase(Locale.ROOT),
                Figures.count(result.epochs(), "epoch"),
                Figures.count(result.steps(), "step"),
                stepsHere(result),
                Figures.seconds(result.seconds()),
                Figures.rate(result.samplesPerSecond()),
                Figures.count(result.workers(), "worker")));
    line(text, "train", metrics(result.trainLoss(), ""));
    Optional<SummarizedEvaluation> evaluation = result.evaluation().map(SummarizedEvaluation::of);
    String more = evaluation.map(SummarizedEvaluation::line).orElse("");
    line(text, "validation", metrics(result.validationLoss(), validationMetric(result) + more));
    evaluation
        .map(SummarizedEvaluation::table)
        .ifPresent(table -> table.lines().forEach(row -> line(text, "", row)));
    baseline
        .filter(b -> !Double.isNaN(result.validationRmse()))
        .ifPresent(b -> line(text, "baseline", compared(b, result.validationRmse())));
    line(text, "weights", result.weightsSha256().map(hash -> "sha256 " + hash).orElse(""));
    return text.toString();
  }

  /** "; 20 steps here" of a run that went on here: time and speed are theirs. */
  private static String stepsHere(RunResult result) {
    return result.stepsHere() < result.steps()
        ? "; " + Figures.count(result.stepsHere(), "step") + " here"
        : "";
  }

  private static void line(StringBuilder text, String name, String value) {
    if (!value.isEmpty()) {
      text.append("  %-11s %s\n".formatted(name, value));
    }
  }

  private static String metrics(double loss, String metric) {
    return Double.isNaN(loss) ? "" : ("loss " + Figures.loss(loss) + "  " + metric).stripTrailing();
  }

  private static String validationMetric(RunResult result) {
    if (!Double.isNaN(result.validationAccuracy())) {
      return Figures.accuracy(result.validationAccuracy());
    }
    return Double.isNaN(result.validationRmse()) ? "" : Figures.rmse(result.validationRmse());
  }

  /** "same as the row before: rmse 2.54; this model 2.21, 13.0 % lower". */
  private static String compared(LoadedData.Baseline baseline, double rmse) {
    double percent = 100 * (rmse / baseline.rmse() - 1);
    return String.format(
        Locale.ROOT,
        "%s: rmse %s; this model %s, %.1f %% %s",
        baseline.name(),
        Figures.loss(baseline.rmse()),
        Figures.loss(rmse),
        Math.abs(percent),
        percent <= 0 ? "lower" : "higher");
  }
}
