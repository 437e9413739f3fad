package dev.yamabiko.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An evaluation as scripts read it: always the same keys, null where a metric does not exist. */
public final class EvaluationJson {

  /** A result is kept in memory and sent whole; of more classes the matrix is left out of it. */
  static final int MOST_CLASSES_OF_MATRIX = 100;

  /** Of more classes or targets those of each one are left out of a result. */
  static final int MOST_LISTED = 1000;

  private EvaluationJson() {}

  /** All of it. */
  public static Map<String, Object> of(Evaluation evaluation) {
    return of(evaluation, true, true);
  }

  /**
   * As a run's result holds it: the confusion matrix of at most 100 classes, and figures of at most
   * 1,000 classes or targets each; else null stands for them.
   */
  public static Map<String, Object> ofResult(Evaluation evaluation) {
    int classes = evaluation.classes().map(ClassificationReport::classes).orElse(0);
    int targets = evaluation.values().map(report -> report.targets().size()).orElse(0);
    boolean listed = classes <= MOST_LISTED && targets <= MOST_LISTED;
    return of(evaluation, listed, classes <= MOST_CLASSES_OF_MATRIX);
  }

  private static Map<String, Object> of(Evaluation evaluation, boolean listed, boolean matrix) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("loss", evaluation.statistics().meanLoss());
    json.put("examples", evaluation.statistics().examples());
    Optional<ClassificationReport> classes = evaluation.classes();
    json.put("accuracy", classes.map(ClassificationReport::accuracy).orElse(null));
    json.put("macro_f1", classes.map(ClassificationReport::macroF1).orElse(null));
    json.put("classes", classes.filter(c -> listed).map(EvaluationJson::classes).orElse(null));
    json.put("confusion", classes.filter(c -> matrix).map(EvaluationJson::confusion).orElse(null));
    json.put("roc_auc", classes.map(ClassificationReport::rocAuc).orElse(null));
    Optional<RegressionReport> values = evaluation.values();
    Optional<RegressionReport.Target> total = values.map(RegressionReport::total);
    json.put("mae", total.map(RegressionReport.Target::mae).orElse(null));
    json.put("rmse", total.map(RegressionReport.Target::rmse).orElse(null));
    json.put("r2", total.map(RegressionReport.Target::r2).orElse(null));
    json.put("targets", values.filter(v -> listed).map(EvaluationJson::targets).orElse(null));
    return json;
  }

  private static List<Map<String, Object>> classes(ClassificationReport report) {
    List<Map<String, Object>> classes = new ArrayList<>();
    for (ClassificationReport.Figures figures : report.figures()) {
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("name", figures.name());
      json.put("precision", figures.precision());
      json.put("recall", figures.recall());
      json.put("f1", figures.f1());
      json.put("support", figures.support());
      classes.add(json);
    }
    return classes;
  }

  private static List<List<Long>> confusion(ClassificationReport report) {
    List<List<Long>> rows = new ArrayList<>();
    for (int k = 0; k < report.classes(); k++) {
      rows.add(Arrays.stream(report.confusion(k)).boxed().toList());
    }
    return rows;
  }

  private static List<Map<String, Object>> targets(RegressionReport report) {
    List<Map<String, Object>> targets = new ArrayList<>();
    for (RegressionReport.Target target : report.targets()) {
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("name", target.name());
      json.put("mae", target.mae());
      json.put("rmse", target.rmse());
      json.put("r2", target.r2());
      targets.add(json);
    }
    return targets;
  }
}
