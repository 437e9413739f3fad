package dev.yamabiko.coordinator;

import dev.yamabiko.model.CanonicalJson;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the coordinator knows of a job at one moment.
 *
 * @param name of the job file
 * @param owner who has submitted it; empty where that is not known
 * @param reason why it waits, failed or was cancelled; empty otherwise
 * @param warning what cannot be written at present, while the job goes on
 * @param step steps taken so far
 * @param stepsTotal 0 until the job's data has been read
 * @param epoch epochs closed so far
 * @param workers names of those that compute for it now
 * @param trainLoss of the last step; NaN before the first
 * @param validationLoss of the last epoch; NaN before the first
 * @param directory the run directory, for {@code metrics.jsonl} and the model
 * @param result the content of {@code result.json}, once the job has ended; to those who ask for it
 *     later the evaluation is null, see {@link KeptEvaluation}
 */
public record JobView(
    String id,
    String name,
    Optional<String> owner,
    JobStatus status,
    String reason,
    Optional<String> warning,
    Instant submitted,
    Optional<Instant> started,
    Optional<Instant> ended,
    long step,
    long stepsTotal,
    int epoch,
    int epochs,
    List<String> workers,
    double trainLoss,
    double validationLoss,
    Path directory,
    Optional<String> result) {

  /** What is 0, not unknown, where a job has never begun. */
  private static final List<String> COUNTS =
      List.of("epochs", "steps", "workers", "samples_applied", "seconds", "rollbacks");

  public JobView {
    workers = List.copyOf(workers);
  }

  /**
   * As scripts read it: once the job has ended, the content of {@code result.json} and the id;
   * before, how far it is.
   */
  public String json() {
    return CanonicalJson.of(fields());
  }

  /** The same as one of many: without the evaluation, which may be long. */
  public String jsonInList() {
    Map<String, Object> json = fields();
    json.remove("evaluation");
    return CanonicalJson.of(json);
  }

  private Map<String, Object> fields() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("id", id);
    json.put("job", name);
    json.put("owner", owner.orElse(null));
    json.put("status", status.toString());
    result.ifPresent(text -> json.putAll(CanonicalJson.object(text)));
    if (status.hasEnded() && result.isEmpty()) {
      // It ended before its run began, or the run itself failed: nothing of it is known.
      RunResult.METRICS.forEach(key -> json.put(key, null));
      if (started.isEmpty()) {
        COUNTS.forEach(key -> json.put(key, 0));
        json.put("run_directory", directory.toString());
      }
    }
    json.put("submitted", submitted.toString());
    json.put("started", started.map(Instant::toString).orElse(null));
    json.put("ended", ended.map(Instant::toString).orElse(null));
    if (!status.hasEnded()) {
      json.put("step", step);
      json.put("steps_total", stepsTotal == 0 ? null : stepsTotal);
      json.put("epoch", epoch);
      json.put("epochs", epochs);
      json.put("workers", workers.size());
      json.put("train_loss", trainLoss);
      json.put("validation_loss", validationLoss);
    }
    json.putIfAbsent("worker_names", workers);
    if (!reason.isEmpty()) {
      json.put(status.hasEnded() ? "error" : "reason", reason);
    }
    warning.ifPresent(text -> json.put("warning", text));
    return json;
  }
}
