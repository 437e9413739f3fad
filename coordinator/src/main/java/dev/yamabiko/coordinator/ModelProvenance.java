package dev.yamabiko.coordinator;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.yamabiko.model.TrainedModel;
import dev.yamabiko.model.WeightsHash;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** Whether the model in a run directory is what a completed run left there, as its files say. */
public final class ModelProvenance {

  private static final JsonMapper MAPPER = new JsonMapper();

  private ModelProvenance() {}

  /**
   * One line on what makes the model another than the one that the run was to give; empty if the
   * run has completed with it.
   */
  public static Optional<String> doubt(Path directory, TrainedModel model) {
    try {
      Optional<String> result = RunDirectory.resultOf(directory);
      if (result.isEmpty()) {
        return Optional.of(
            "the run in %s has no result.json: it has not ended, or was killed"
                .formatted(directory));
      }
      return doubt(directory, MAPPER.readTree(result.get()), model)
          .or(() -> goneOn(directory, model));
    } catch (JsonProcessingException e) {
      return Optional.of(directory.resolve("result.json") + " is damaged: it is no JSON");
    } catch (IOException e) {
      return Optional.of(
          "the files of the run in %s cannot be read: %s"
              .formatted(directory, WriteFailure.reason(e)));
    }
  }

  private static Optional<String> doubt(Path directory, JsonNode result, TrainedModel model) {
    JsonNode weights = result.path("weights_sha256");
    String status = result.path("status").asText();
    if (weights.isTextual() && !weights.asText().equals(WeightsHash.sha256(model.weights()))) {
      return Optional.of(
          "result.json in %s describes other weights than the model's: the run was killed before it could write a new one"
              .formatted(directory));
    }
    if (status.equals("completed")) {
      return Optional.empty();
    }
    return Optional.of(
        "the run in %s is not complete: %s after step %d%s"
            .formatted(
                directory,
                status,
                result.path("steps").asLong(),
                weights.isTextual() ? "" : "; its model is from before that"));
  }

  /** A run that goes on writes its new job at once, and its model at the end. */
  private static Optional<String> goneOn(Path directory, TrainedModel model) {
    try {
      String job = RunDirectory.jobOf(directory);
      return job.strip().equals(model.job().resolved().strip())
          ? Optional.empty()
          : Optional.of(
              "the run in %s has gone on with another job.conf since it left this model"
                  .formatted(directory));
    } catch (IOException e) {
      return Optional.of(
          directory.resolve("job.conf") + " cannot be read: " + WriteFailure.reason(e));
    }
  }
}
