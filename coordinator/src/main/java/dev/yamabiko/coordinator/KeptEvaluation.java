package dev.yamabiko.coordinator;

import dev.yamabiko.model.CanonicalJson;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The evaluation of a job that has ended. It may be long, and there may be many such jobs: it is
 * read from {@code result.json} when somebody asks for it.
 */
public final class KeptEvaluation {

  private static final String EVALUATION = "evaluation";

  /** What two results have in common only if they are the same. */
  private static final List<String> TELLING =
      List.of("status", "steps", "samples_applied", "seconds", "weights_sha256");

  private KeptEvaluation() {}

  /** The text of a result, or of what holds its fields, with null in place of its evaluation. */
  static String without(String result) {
    Map<String, Object> json = CanonicalJson.object(result);
    json.replace(EVALUATION, null);
    return CanonicalJson.of(json);
  }

  /**
   * What {@link JobView#json} says, with the evaluation that the run's result has; as it is where
   * there is none, or the file is missing, damaged or another run's.
   */
  public static String addedTo(String job, Path directory) {
    if (!job.contains("\"" + EVALUATION + "\":null")) {
      return job;
    }
    Map<String, Object> json = CanonicalJson.object(job);
    try {
      Map<String, Object> result =
          RunDirectory.resultOf(directory).map(CanonicalJson::object).orElse(Map.of());
      if (TELLING.stream().allMatch(key -> Objects.equals(result.get(key), json.get(key)))) {
        json.replace(EVALUATION, result.get(EVALUATION));
      }
      return CanonicalJson.of(json);
    } catch (IOException | IllegalArgumentException e) {
      return job;
    }
  }
}
