package dev.yamabiko.cli;

import dev.yamabiko.client.JsonFields;
import dev.yamabiko.data.OneLine;
import dev.yamabiko.model.ClassificationReport;
import dev.yamabiko.model.RegressionReport;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * What the end of a run says of its evaluation: what fits a line, and the table that {@code
 * evaluate} prints, but of many classes or targets only the worst. Read from a result's JSON, which
 * may come from another machine.
 *
 * @param line goes on where loss and accuracy or rmse end; empty where they say it all
 * @param table lines, or empty
 */
record SummarizedEvaluation(String line, String table) {

  private static final int MOST_ROWS = 20;
  private static final int WORST = 5;

  static SummarizedEvaluation of(Map<String, Object> evaluation) {
    JsonFields fields = new JsonFields(evaluation);
    return evaluation.get("accuracy") == null ? values(fields) : classes(fields);
  }

  private static SummarizedEvaluation classes(JsonFields fields) {
    List<ClassificationReport.Figures> classes =
        JsonFields.list(fields.object(), "classes").stream()
            .map(JsonFields::new)
            .map(
                one ->
                    new ClassificationReport.Figures(
                        one.text("name"),
                        one.number("precision"),
                        one.number("recall"),
                        one.number("f1"),
                        one.whole("support")))
            .toList();
    if (classes.isEmpty() || classes.size() > MOST_ROWS) {
      return new SummarizedEvaluation(
          metric("macro-f1", fields.number("macro_f1")),
          worst(
              "f1", classes, ClassificationReport.Figures::name, ClassificationReport.Figures::f1));
    }
    return new SummarizedEvaluation(
        classes.size() == 2 ? metric("roc-auc", fields.number("roc_auc")) : "",
        EvaluationText.table(classes));
  }

  private static SummarizedEvaluation values(JsonFields fields) {
    List<RegressionReport.Target> targets =
        JsonFields.list(fields.object(), "targets").stream()
            .map(JsonFields::new)
            .map(one -> target(one, one.text("name")))
            .toList();
    RegressionReport.Target total = target(fields, "all");
    String line = "  mae " + Figures.loss(total.mae()) + metric("r2", total.r2());
    return targets.size() > MOST_ROWS
        ? new SummarizedEvaluation(
            line, worst("r2", targets, RegressionReport.Target::name, RegressionReport.Target::r2))
        : new SummarizedEvaluation(
            line, targets.size() < 2 ? "" : EvaluationText.table(targets, total));
  }

  private static RegressionReport.Target target(JsonFields fields, String name) {
    return new RegressionReport.Target(
        name, fields.number("mae"), fields.number("rmse"), fields.number("r2"));
  }

  /** " roc-auc 0.9876", or nothing where it does not exist. */
  private static String metric(String name, double ratio) {
    return Double.isNaN(ratio) ? "" : "  " + name + " " + EvaluationText.ratio(ratio);
  }

  /** "lowest f1: oak 0.1250, elm 0.3333"; empty of none. */
  private static <T> String worst(
      String metric, List<T> all, Function<T, String> name, ToDoubleFunction<T> ratio) {
    String lowest =
        all.stream()
            .filter(one -> !Double.isNaN(ratio.applyAsDouble(one)))
            .sorted(Comparator.comparingDouble(ratio))
            .limit(WORST)
            .map(
                one ->
                    OneLine.of(name.apply(one))
                        + " "
                        + EvaluationText.ratio(ratio.applyAsDouble(one)))
            .collect(Collectors.joining(", "));
    return lowest.isEmpty() ? "" : "lowest " + metric + ": " + lowest;
  }
}
