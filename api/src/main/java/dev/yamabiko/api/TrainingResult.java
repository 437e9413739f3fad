package dev.yamabiko.api;

import dev.yamabiko.client.JsonFields;
import dev.yamabiko.model.CanonicalJson;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * How a run ended. All figures describe the weights of its model; NaN stands for what there is not.
 * Immutable.
 */
public final class TrainingResult {

  private final String json;
  private final JsonFields fields;
  private final Optional<Path> directory;
  private final Supplier<Model> model;

  /**
   * @param json as {@code train --json} and {@code status --json} print it
   * @param directory on this machine
   * @param model asked for only where the run has left one
   */
  TrainingResult(String json, Optional<Path> directory, Supplier<Model> model) {
    this.json = json;
    this.fields = new JsonFields(CanonicalJson.object(json));
    this.directory = directory;
    this.model = model;
  }

  /** The job's name. */
  public String job() {
    return fields.text("job");
  }

  /** COMPLETED, FAILED or CANCELLED. */
  public Status status() {
    return JobState.status(fields);
  }

  /** Epochs closed. */
  public int epochs() {
    return (int) fields.whole("epochs");
  }

  /** Steps taken. */
  public long steps() {
    return fields.whole("steps");
  }

  /** Those that computed. */
  public int workers() {
    return (int) fields.whole("workers");
  }

  /** The loss over all training examples. */
  public double trainLoss() {
    return fields.number("train_loss");
  }

  /** Of the validation data; empty where the job has none, or the run has left no model. */
  public Optional<Metrics> validation() {
    return Optional.of(Metrics.of(fields, "validation"))
        .filter(metrics -> !Double.isNaN(metrics.loss()));
  }

  /**
   * All that is known of the validation data: confusion matrix, precision, recall, F1, ROC-AUC, or
   * MAE, RMSE, R²; as {@code result.json} has it under this name. Empty where there is none.
   */
  public Map<String, Object> evaluation() {
    // Read anew, so that whoever changes the map changes their own.
    return new JsonFields(CanonicalJson.object(json)).child("evaluation").orElse(Map.of());
  }

  /** Names the weights by their bits; empty where the run has left none. */
  public Optional<String> weightsSha256() {
    return text("weights_sha256");
  }

  /** Names the data by its content; empty where it has not been read. */
  public Optional<String> dataSha256() {
    return text("data_sha256");
  }

  /** Examples whose gradients are in the weights, each as often as it was applied. */
  public long samplesApplied() {
    return fields.whole("samples_applied");
  }

  /** Examples per second of {@link #seconds}, since the run last began or went on. */
  public double samplesPerSecond() {
    return fields.number("samples_per_second");
  }

  /** Of training, without the reading of data: from the first step to the last epoch's end. */
  public double seconds() {
    return fields.number("seconds");
  }

  /** Why it was not completed; empty when it was. */
  public Optional<String> error() {
    return text("error");
  }

  /** What its directory lacks although it ended well. */
  public Optional<String> warning() {
    return text("warning");
  }

  /** The run directory; empty where nothing was kept, or where a coordinator has it. */
  public Optional<Path> directory() {
    return directory;
  }

  /**
   * The model that the run has left, a cancelled one too; a coordinator's is downloaded with each
   * call.
   *
   * @throws YamabikoException if it has left none, saying why, or if it cannot be had
   */
  public Model model() {
    if (weightsSha256().isEmpty()) {
      throw YamabikoException.failed(
          "the run of %s has left no model: %s".formatted(job(), error().orElse("it " + status())),
          null);
    }
    return model.get();
  }

  /** One JSON object, as {@code --json} prints it. */
  public String toJson() {
    return json;
  }

  private Optional<String> text(String name) {
    return Optional.ofNullable(fields.object().get(name)).map(Object::toString);
  }

  @Override
  public String toString() {
    return json;
  }
}
