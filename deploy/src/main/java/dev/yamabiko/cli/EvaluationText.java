package dev.yamabiko.cli;

import dev.yamabiko.model.ClassificationReport;
import dev.yamabiko.model.Evaluation;
import dev.yamabiko.model.RegressionReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** An evaluation as people read it. */
final class EvaluationText {

  /** A confusion matrix of more classes fits no screen. */
  private static final int MOST_CLASSES_IN_MATRIX = 20;

  private static final int MOST_PAIRS = 20;

  private EvaluationText() {}

  static String of(Evaluation evaluation) {
    StringBuilder text = new StringBuilder();
    text.append(
        "%s examples  loss %s"
            .formatted(
                Figures.count(evaluation.statistics().examples()),
                Figures.loss(evaluation.statistics().meanLoss())));
    evaluation.classes().ifPresent(report -> classes(text, report));
    evaluation.values().ifPresent(report -> values(text, report));
    return text.toString();
  }

  private static void classes(StringBuilder text, ClassificationReport report) {
    text.append("  ").append(Figures.accuracy(report.accuracy()));
    if (report.classes() == 2) {
      text.append("  roc-auc ").append(ratio(report.rocAuc()));
    }
    text.append("\n\n").append(table(report.figures())).append('\n');
    text.append(report.classes() <= MOST_CLASSES_IN_MATRIX ? matrix(report) : pairs(report));
  }

  /** The figures of each class, and their means. */
  static String table(List<ClassificationReport.Figures> classes) {
    TextTable table = new TextTable("class", "precision", "recall", "f1", "examples");
    classes.forEach(figures -> row(table, figures));
    row(table, ClassificationReport.macroAverage(classes));
    return table.text();
  }

  private static void row(TextTable table, ClassificationReport.Figures figures) {
    table.row(
        figures.name(),
        ratio(figures.precision()),
        ratio(figures.recall()),
        ratio(figures.f1()),
        Figures.count(figures.support()));
  }

  private static String matrix(ClassificationReport report) {
    List<String> header = new ArrayList<>(List.of("true \\ predicted"));
    header.addAll(report.names());
    TextTable table = new TextTable(header.toArray(String[]::new));
    for (int k = 0; k < report.classes(); k++) {
      List<String> row = new ArrayList<>(List.of(report.names().get(k)));
      for (long count : report.confusion(k)) {
        row.add(Figures.count(count));
      }
      table.row(row.toArray(String[]::new));
    }
    return table.text();
  }

  private static String pairs(ClassificationReport report) {
    List<ClassificationReport.Confused> pairs =
        report.confused().stream().limit(MOST_PAIRS).toList();
    if (pairs.isEmpty()) {
      return "no example was taken for another class\n";
    }
    TextTable table = new TextTable("most confused: true", "predicted", "examples");
    for (ClassificationReport.Confused pair : pairs) {
      table.row(pair.truth(), pair.predicted(), Figures.count(pair.examples()));
    }
    return table.text();
  }

  private static void values(StringBuilder text, RegressionReport report) {
    text.append("\n\n").append(table(report.targets(), report.total()));
  }

  /** The figures of each target, and of all where there are several. */
  static String table(List<RegressionReport.Target> targets, RegressionReport.Target total) {
    TextTable table = new TextTable("target", "mae", "rmse", "r2");
    targets.forEach(target -> row(table, target.name(), target));
    if (targets.size() > 1) {
      row(table, "all", total);
    }
    return table.text();
  }

  private static void row(TextTable table, String name, RegressionReport.Target target) {
    table.row(name, Figures.loss(target.mae()), Figures.loss(target.rmse()), ratio(target.r2()));
  }

  static String ratio(double ratio) {
    return Double.isFinite(ratio) ? String.format(Locale.ROOT, "%.4f", ratio) : "-";
  }
}
