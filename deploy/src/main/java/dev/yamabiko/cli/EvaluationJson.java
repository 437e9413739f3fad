package dev.yamabiko.cli;

import dev.yamabiko.model.ClassificationReport;
import dev.yamabiko.model.Evaluation;
import dev.yamabiko.model.RegressionReport;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An evaluation as scripts read it: always the same keys, null where a metric does not exist. */
final class EvaluationJson {

  private EvaluationJson() {}

  static Map<String, Object> of(Evaluation evaluation) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("status", "ok");
    json.put("loss", evaluation.statistics().meanLoss());
    json.put("examples", evaluation.statistics().examples());
    Optional<ClassificationReport> classes = evaluation.classes();
    json.put("accuracy", classes.map(ClassificationReport::accuracy).orElse(null));
    json.put("macro_f1", classes.map(ClassificationReport::macroF1).orElse(null));
    json.put("classes", classes.map(EvaluationJson::classes).orElse(null));
    json.put("confusion", classes.map(EvaluationJson::confusion).orElse(null));
    json.put("roc_auc", classes.map(ClassificationReport::rocAuc).orElse(null));
    Optional<RegressionReport> values = evaluation.values();
    Optional<RegressionReport.Target> total = values.map(RegressionReport::total);
    json.put("mae", total.map(RegressionReport.Target::mae).orElse(null));
    json.put("rmse", total.map(RegressionReport.Target::rmse).orElse(null));
    json.put("r2", total.map(RegressionReport.Target::r2).orElse(null));
    json.put("targets", values.map(EvaluationJson::targets).orElse(null));
    return json;
  }

  private static List<Map<String, Object>> classes(ClassificationReport report) {
    List<Map<String, Object>> classes = new ArrayList<>();
    for (int k = 0; k < report.classes(); k++) {
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("name", report.names().get(k));
      json.put("precision", report.precision(k));
      json.put("recall", report.recall(k));
      json.put("f1", report.f1(k));
      json.put("support", report.support(k));
      classes.add(json);
    }
    return classes;
  }

  private static List<List<Long>> confusion(ClassificationReport report) {
    List<List<Long>> rows = new ArrayList<>();
    for (long[] row : report.confusion()) {
      rows.add(Arrays.stream(row).boxed().toList());
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
