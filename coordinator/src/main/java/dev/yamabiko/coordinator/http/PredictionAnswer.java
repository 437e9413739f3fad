package dev.yamabiko.coordinator.http;

import akka.http.javadsl.model.HttpResponse;
import dev.yamabiko.data.InputOrigin;
import dev.yamabiko.data.InputSink;
import dev.yamabiko.model.CanonicalJson;
import dev.yamabiko.model.InputBatches;
import dev.yamabiko.model.Prediction;
import dev.yamabiko.model.PredictionJson;
import java.util.Map;

/** Predicts inputs as they come, as many as one answer may hold and as long as it may take. */
final class PredictionAnswer implements InputSink {

  private static final int MOST_EXAMPLES = 1024;

  /** An answer is a few megabytes at most, also of a model of many classes. */
  private static final int MOST_FIGURES = 1 << 18;

  private final LoadedModels.Loaded loaded;
  private final PredictionJson json;
  private final InputBatches batches;
  private final long deadline;
  private final int most;
  private final StringBuilder predictions = new StringBuilder();
  private int count;

  /**
   * @param deadline by {@link System#nanoTime}
   */
  PredictionAnswer(LoadedModels.Loaded loaded, long deadline) {
    this.loaded = loaded;
    this.deadline = deadline;
    json = new PredictionJson(loaded.model().targets());
    batches = new InputBatches(loaded.model(), loaded.predictor(), this::add);
    most = Math.max(1, Math.min(MOST_EXAMPLES, MOST_FIGURES / loaded.predictor().width()));
  }

  @Override
  public void accept(InputOrigin origin, float[] input) {
    if (count == most) {
      throw Problem.badRequest(
              "expected at most %d examples at once, as the model gives %d figures of each, but found more"
                  .formatted(most, loaded.predictor().width()))
          .exception();
    }
    count++;
    requireInTime();
    batches.accept(origin, input);
  }

  /**
   * @throws ProblemException if the deadline has passed
   */
  void requireInTime() {
    if (System.nanoTime() - deadline > 0) {
      throw Problem.unavailable(
              "the prediction takes too long; ask for fewer examples at once, or try again")
          .exception();
    }
  }

  private void add(Prediction prediction) {
    predictions.append(predictions.isEmpty() ? "" : ",");
    predictions.append(
        CanonicalJson.of(
            prediction instanceof Prediction.Class chosen
                ? json.of(chosen)
                : Map.of("values", json.of((Prediction.Values) prediction))));
  }

  /** Once all inputs are there. */
  HttpResponse finish() {
    batches.finish();
    return Json.ok(
        "{\"predictions\":[%s],\"weights_sha256\":\"%s\"}".formatted(predictions, loaded.sha256()));
  }
}
