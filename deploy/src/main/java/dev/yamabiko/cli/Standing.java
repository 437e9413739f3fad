package dev.yamabiko.cli;

import dev.yamabiko.client.JsonFields;
import dev.yamabiko.coordinator.JobStatus;
import dev.yamabiko.job.Selection;
import dev.yamabiko.job.Sweep;
import dev.yamabiko.step.DivergenceException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A trial of a sweep and what is known of its job by now.
 *
 * @param job as a coordinator tells of it, or as its result does; without fields before it is
 *     queued or begun
 */
record Standing(Sweep.Trial trial, JsonFields job) {

  /** What scripts read of each trial, besides what it is. */
  private static final List<String> RESULTS =
      List.of(
          "epochs",
          "steps",
          "train_loss",
          "validation_loss",
          "validation_accuracy",
          "validation_rmse",
          "seconds",
          "weights_sha256",
          "data_sha256");

  static Standing ofNew(Sweep.Trial trial) {
    return new Standing(trial, new JsonFields(Map.of()));
  }

  Standing with(Map<String, Object> known) {
    return new Standing(trial, new JsonFields(known));
  }

  /** "-" where there is no job yet. */
  String status() {
    return job.text("status");
  }

  boolean isCompleted() {
    return status().equals(JobStatus.COMPLETED.toString());
  }

  /** Of one that has failed by its own arithmetic, and would again. */
  boolean diverged() {
    return job.text("error").startsWith(DivergenceException.BEGINNING);
  }

  boolean hasEnded() {
    return List.of(JobStatus.values()).stream()
        .anyMatch(known -> known.hasEnded() && known.toString().equals(status()));
  }

  /** Of a completed job; NaN otherwise, and where it has none. */
  double result(Selection.Metric metric) {
    return isCompleted() ? job.number(metric.field()) : Double.NaN;
  }

  /** "loss 0.0513 accuracy 98.40 %", of the validation data; of the training data without. */
  String metrics() {
    boolean validated = Double.isFinite(job.number("validation_loss"));
    String loss = Figures.loss(job.number(validated ? "validation_loss" : "train_loss"));
    String metric = JobsTable.metric(job);
    return (validated ? "validation" : "train")
        + " loss "
        + loss
        + (metric.equals("-") ? "" : "  " + metric);
  }

  Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("job", trial.name());
    String place = job.object().containsKey("id") ? "id" : "run_directory";
    json.put(place, job.object().get(place));
    json.put("settings", trial.values());
    json.put("status", job.object().get("status"));
    RESULTS.forEach(field -> json.put(field, job.object().get(field)));
    for (String what : List.of("error", "warning")) {
      if (job.object().get(what) != null) {
        json.put(what, job.text(what));
      }
    }
    return json;
  }
}
