package dev.yamabiko.client;

import dev.yamabiko.coordinator.RunResult;
import dev.yamabiko.protocol.RunOutcome;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** A run's result, read from what the server says of an ended job. */
public final class RemoteResult {

  private RemoteResult() {}

  public static RunResult of(Map<String, Object> job) {
    JsonFields fields = new JsonFields(job);
    double seconds = fields.number("seconds");
    return new RunResult(
        fields.text("job"),
        RunOutcome.Status.valueOf(fields.text("status").toUpperCase(Locale.ROOT)),
        (int) fields.whole("epochs"),
        fields.whole("steps"),
        (int) fields.whole("workers"),
        fields.number("train_loss"),
        fields.number("validation_loss"),
        fields.number("validation_accuracy"),
        fields.number("validation_rmse"),
        fields.child("evaluation"),
        fields.number("baseline_rmse"),
        Optional.ofNullable((String) job.get("weights_sha256")),
        fields.text("data_sha256"),
        stepsHere(fields),
        fields.whole("samples_applied"),
        Math.round(fields.number("samples_per_second") * seconds),
        seconds,
        (int) fields.whole("parameters"),
        job.get("best_epoch") instanceof Integer best ? OptionalInt.of(best) : OptionalInt.empty(),
        (int) fields.whole("rollbacks"),
        Path.of(""),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** Coordinators of earlier versions do not say. */
  private static long stepsHere(JsonFields fields) {
    return fields.whole(fields.object().containsKey("steps_here") ? "steps_here" : "steps");
  }
}
