package dev.yamabiko.api;

import dev.yamabiko.client.JsonFields;
import dev.yamabiko.model.CanonicalJson;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What a coordinator knows of a job at one moment.
 *
 * @param id by which the coordinator knows it
 * @param job its name
 * @param reason why it waits, has failed or was cancelled
 * @param step steps taken so far
 * @param steps of the whole run; 0 until its data has been read
 * @param epoch epochs closed so far
 * @param epochs of the whole run
 * @param workers that compute for it
 * @param json all that the coordinator says of it, as {@code status --json} prints it
 */
public record JobState(
    String id,
    String job,
    Status status,
    Optional<String> reason,
    long step,
    long steps,
    int epoch,
    int epochs,
    int workers,
    String json) {

  static JobState of(Map<String, Object> job) {
    JsonFields fields = new JsonFields(job);
    Status status = status(fields);
    boolean ended = status.hasEnded();
    return new JobState(
        fields.text("id"),
        fields.text("job"),
        status,
        Optional.ofNullable(job.get(ended ? "error" : "reason")).map(Object::toString),
        fields.whole(ended ? "steps" : "step"),
        fields.whole(ended ? "steps" : "steps_total"),
        (int) fields.whole(ended ? "epochs" : "epoch"),
        (int) fields.whole("epochs"),
        (int) fields.whole("workers"),
        CanonicalJson.of(job));
  }

  static Status status(JsonFields job) {
    return Status.valueOf(job.text("status").toUpperCase(Locale.ROOT));
  }
}
