package dev.yamabiko.coordinator;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What the coordinator knows of a job at one moment.
 *
 * @param name of the job file
 * @param reason why it waits, failed or was cancelled; empty otherwise
 * @param step steps taken so far
 * @param stepsTotal 0 until the job's data has been read
 * @param epoch epochs closed so far
 * @param workers names of those that compute for it now
 * @param trainLoss of the last step; NaN before the first
 * @param validationLoss of the last epoch; NaN before the first
 * @param directory the run directory, for {@code metrics.jsonl} and the model
 * @param result the content of {@code result.json}, once the job has ended
 */
public record JobView(
    String id,
    String name,
    JobStatus status,
    String reason,
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
  public JobView {
    workers = List.copyOf(workers);
  }
}
