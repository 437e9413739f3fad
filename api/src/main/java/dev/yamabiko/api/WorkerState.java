package dev.yamabiko.api;

import dev.yamabiko.client.JsonFields;
import java.util.Map;
import java.util.Optional;

/**
 * A worker that has joined a coordinator.
 *
 * @param host as it is reached by others
 * @param threads that compute
 * @param job the id of the one that it computes for
 * @param samplesPerSecond while it computed for that job; NaN until it has been measured
 */
public record WorkerState(
    String name, String host, int threads, Optional<String> job, double samplesPerSecond) {

  static WorkerState of(Map<String, Object> worker) {
    JsonFields fields = new JsonFields(worker);
    return new WorkerState(
        fields.text("name"),
        fields.text("host"),
        (int) fields.whole("threads"),
        Optional.ofNullable(worker.get("job")).map(Object::toString),
        fields.number("samples_per_second"));
  }
}
