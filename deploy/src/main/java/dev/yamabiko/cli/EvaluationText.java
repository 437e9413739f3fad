package dev.yamabiko.cli;

import dev.yamabiko.model.ClassificationReport;
import dev.yamabiko.model.Evaluation;
import dev.yamabiko.model.RegressionReport;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

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
    TextTable table = new TextTable("class", "precision", "recall", "f1", "examples");
    for (int k = 0; k < report.classes(); k++) {
      table.row(
          report.names().get(k),
          ratio(report.precision(k)),
          ratio(report.recall(k)),
          ratio(report.f1(k)),
          Figures.count(report.support(k)));
    }
    table.row(
        "macro average",
        ratio(report.macroPrecision()),
        ratio(report.macroRecall()),
        ratio(report.macroF1()),
        Figures.count(report.examples()));
    text.append("\n\n").append(table.text()).append('\n');
    text.append(report.classes() <= MOST_CLASSES_IN_MATRIX ? matrix(report) : pairs(report));
  }

  private static String matrix(ClassificationReport report) {
    List<String> header = new ArrayList<>(List.of("true \\ predicted"));
    header.addAll(report.names());
    TextTable table = new TextTable(header.toArray(String[]::new));
    for (int k = 0; k < report.classes(); k++) {
      List<String> row = new ArrayList<>(List.of(report.names().get(k)));
      for (long count : report.confusion()[k]) {
        row.add(Figures.count(count));
      }
      table.row(row.toArray(String[]::new));
    }
    return table.text();
  }

  private record Pair(int truth, int predicted, long examples) {}

  private static String pairs(ClassificationReport report) {
    List<Pair> pairs =
        IntStream.range(0, report.classes())
            .boxed()
            .flatMap(
                t ->
                    IntStream.range(0, report.classes())
                        .filter(p -> p != t && report.confusion()[t][p] > 0)
                        .mapToObj(p -> new Pair(t, p, report.confusion()[t][p])))
            .sorted(Comparator.comparingLong((Pair pair) -> -pair.examples))
            .limit(MOST_PAIRS)
            .toList();
    if (pairs.isEmpty()) {
      return "no example was taken for another class\n";
    }
    TextTable table = new TextTable("most confused: true", "predicted", "examples");
    for (Pair pair : pairs) {
      table.row(
          report.names().get(pair.truth),
          report.names().get(pair.predicted),
          Figures.count(pair.examples));
    }
    return table.text();
  }

  private static void values(StringBuilder text, RegressionReport report) {
    TextTable table = new TextTable("target", "mae", "rmse", "r2");
    report.targets().forEach(target -> row(table, target.name(), target));
    if (report.targets().size() > 1) {
      row(table, "all", report.total());
    }
    text.append("\n\n").append(table.text());
  }

  private static void row(TextTable table, String name, RegressionReport.Target target) {
    table.row(name, Figures.loss(target.mae()), Figures.loss(target.rmse()), ratio(target.r2()));
  }

  private static String ratio(double ratio) {
    return Double.isFinite(ratio) ? String.format(Locale.ROOT, "%.4f", ratio) : "-";
  }
}
