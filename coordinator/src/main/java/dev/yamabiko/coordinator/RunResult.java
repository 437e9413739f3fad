package dev.yamabiko.coordinator;

import dev.yamabiko.data.LoadedData;
import dev.yamabiko.data.Targets;
import dev.yamabiko.job.Job;
import dev.yamabiko.model.CanonicalJson;
import dev.yamabiko.model.WeightsHash;
import dev.yamabiko.nn.Network;
import dev.yamabiko.protocol.RunOutcome;
import dev.yamabiko.step.Statistics;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * How a run ended, as scripts read it: the content of {@code result.json} and of the last line that
 * {@code --json} prints. All metrics describe the weights in the model file. A metric that does not
 * exist is NaN here and null in JSON.
 *
 * @param epochs closed
 * @param baselineRmse of the trivial forecast, where the data has one
 * @param weightsSha256 empty where the run left no weights
 * @param seconds from the first step's begin to the last epoch's end
 * @param error why it did not complete; empty when it did
 */
public record RunResult(
    String job,
    RunOutcome.Status status,
    int epochs,
    long steps,
    int workers,
    double trainLoss,
    double validationLoss,
    double validationAccuracy,
    double validationRmse,
    double baselineRmse,
    Optional<String> weightsSha256,
    String dataSha256,
    long samplesApplied,
    double seconds,
    int parameters,
    Path runDirectory,
    Optional<String> error) {

  public static RunResult of(
      Job job,
      LoadedData data,
      Network network,
      String dataSha256,
      RunOutcome outcome,
      double seconds,
      Path runDirectory) {
    Targets targets = data.train().targets();
    boolean classes = targets instanceof Targets.Classes;
    Optional<Statistics> validation = outcome.validation();
    return new RunResult(
        job.name(),
        outcome.status(),
        outcome.epochs(),
        outcome.steps(),
        outcome.workers(),
        outcome.train().map(Statistics::meanLoss).orElse(Double.NaN),
        validation.map(Statistics::meanLoss).orElse(Double.NaN),
        validation.filter(s -> classes).map(Statistics::accuracy).orElse(Double.NaN),
        validation.filter(s -> !classes).map(s -> s.rmse(targets.width())).orElse(Double.NaN),
        data.baseline().map(LoadedData.Baseline::rmse).orElse(Double.NaN),
        outcome.weights().map(WeightsHash::sha256),
        dataSha256,
        outcome.samplesApplied(),
        seconds,
        network.parameterCount(),
        runDirectory,
        Optional.of(outcome.message()).filter(message -> !message.isEmpty()));
  }

  public double samplesPerSecond() {
    return seconds > 0 ? samplesApplied / seconds : Double.NaN;
  }

  /** The same run, but its result could not be kept: nothing of it describes a model file. */
  public RunResult failed(String why) {
    return new RunResult(
        job,
        RunOutcome.Status.FAILED,
        epochs,
        steps,
        workers,
        Double.NaN,
        Double.NaN,
        Double.NaN,
        Double.NaN,
        baselineRmse,
        Optional.empty(),
        dataSha256,
        samplesApplied,
        seconds,
        parameters,
        runDirectory,
        Optional.of(why));
  }

  /** One line, without a line break. */
  public String toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("job", job);
    json.put("status", status.name().toLowerCase(Locale.ROOT));
    json.put("epochs", epochs);
    json.put("steps", steps);
    json.put("workers", workers);
    json.put("train_loss", trainLoss);
    json.put("validation_loss", validationLoss);
    json.put("validation_accuracy", validationAccuracy);
    json.put("validation_rmse", validationRmse);
    if (!Double.isNaN(baselineRmse)) {
      json.put("baseline_rmse", baselineRmse);
    }
    json.put("weights_sha256", weightsSha256.orElse(null));
    json.put("data_sha256", dataSha256);
    json.put("samples_applied", samplesApplied);
    json.put("samples_per_second", rounded(samplesPerSecond(), 10));
    json.put("seconds", rounded(seconds, 1000));
    json.put("parameters", parameters);
    json.put("run_directory", runDirectory.toString());
    error.ifPresent(why -> json.put("error", why));
    return CanonicalJson.of(json);
  }

  private static double rounded(double value, int perUnit) {
    return Double.isFinite(value) ? (double) Math.round(value * perUnit) / perUnit : Double.NaN;
  }
}
