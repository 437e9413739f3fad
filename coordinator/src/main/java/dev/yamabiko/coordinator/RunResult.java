package dev.yamabiko.coordinator;

import dev.yamabiko.data.LoadedData;
import dev.yamabiko.data.Targets;
import dev.yamabiko.job.Job;
import dev.yamabiko.model.CanonicalJson;
import dev.yamabiko.model.Evaluation;
import dev.yamabiko.model.EvaluationJson;
import dev.yamabiko.model.WeightsHash;
import dev.yamabiko.nn.Network;
import dev.yamabiko.protocol.RunLedger;
import dev.yamabiko.protocol.RunOutcome;
import dev.yamabiko.step.DivergenceException;
import dev.yamabiko.step.Measures;
import dev.yamabiko.step.SampleHash;
import dev.yamabiko.step.Statistics;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How a run ended, as scripts read it: the content of {@code result.json} and of the last line that
 * {@code --json} prints. All metrics describe the weights in the model file. A metric that does not
 * exist is NaN here and null in JSON.
 *
 * @param epochs closed
 * @param workers of one process, or of a cluster those that have computed a part of what was
 *     trained here
 * @param evaluation all metrics of the validation data, by {@link EvaluationJson}; empty where
 *     there is none
 * @param baselineRmse of the trivial forecast, where the data has one
 * @param weightsSha256 empty where the run left no weights
 * @param stepsHere taken by this process, those that were taken again after a roll-back included;
 *     the others by the run that it continued
 * @param samplesApplied by the whole run
 * @param samplesHere of them by this process; the others by the run that it continued
 * @param seconds from the first step's begin to the last epoch's end
 * @param bestEpoch whose weights are the model's where the job says so; counted from 0
 * @param rollbacks how often the run went back after it had diverged
 * @param ledger which samples are in the weights; empty where there was no run
 * @param error why it did not complete; empty when it did
 * @param warning what its directory lacks although the run ended well
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
    Optional<Map<String, Object>> evaluation,
    double baselineRmse,
    Optional<String> weightsSha256,
    String dataSha256,
    long stepsHere,
    long samplesApplied,
    long samplesHere,
    double seconds,
    int parameters,
    OptionalInt bestEpoch,
    int rollbacks,
    Path runDirectory,
    Optional<RunLedger> ledger,
    Optional<String> error,
    Optional<String> warning) {

  /** What a result holds besides names and states. */
  static final List<String> METRICS =
      List.of(
          "epochs",
          "steps",
          "workers",
          "train_loss",
          "validation_loss",
          "validation_accuracy",
          "validation_rmse",
          "evaluation",
          "weights_sha256",
          "data_sha256",
          "steps_here",
          "samples_applied",
          "samples_per_second",
          "seconds",
          "parameters",
          "best_epoch",
          "rollbacks",
          "ledger");

  public static RunResult of(
      Job job,
      LoadedData data,
      Network network,
      String dataSha256,
      RunOutcome outcome,
      long stepsHere,
      long samplesHere,
      double seconds,
      Path runDirectory) {
    Targets targets = data.train().targets();
    boolean classes = targets instanceof Targets.Classes;
    Optional<Evaluation> evaluation =
        outcome
            .validation()
            .filter(Measures::areAll)
            .map(measures -> Evaluation.of(targets, measures));
    Optional<Statistics> validation = outcome.validation().map(Measures::statistics);
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
        evaluation.map(EvaluationJson::ofResult),
        data.baseline().map(LoadedData.Baseline::rmse).orElse(Double.NaN),
        outcome.weights().map(WeightsHash::sha256),
        dataSha256,
        stepsHere,
        outcome.samplesApplied(),
        samplesHere,
        seconds,
        network.parameterCount(),
        outcome.bestEpoch(),
        outcome.rollbacks(),
        runDirectory,
        outcome.ledger(),
        Optional.of(outcome.message()).filter(message -> !message.isEmpty()),
        Optional.empty());
  }

  /** Whether it failed by its own arithmetic: whoever goes on with it gets as far, to the bit. */
  public boolean diverged() {
    return error.filter(why -> why.startsWith(DivergenceException.BEGINNING)).isPresent();
  }

  public double samplesPerSecond() {
    return seconds > 0 ? samplesHere / seconds : Double.NaN;
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
        Optional.empty(),
        baselineRmse,
        Optional.empty(),
        dataSha256,
        stepsHere,
        samplesApplied,
        samplesHere,
        seconds,
        parameters,
        bestEpoch,
        rollbacks,
        runDirectory,
        ledger,
        Optional.of(why),
        Optional.empty());
  }

  /** The same run, which has left less than it should. */
  RunResult warned(String what) {
    return new RunResult(
        job,
        status,
        epochs,
        steps,
        workers,
        trainLoss,
        validationLoss,
        validationAccuracy,
        validationRmse,
        evaluation,
        baselineRmse,
        weightsSha256,
        dataSha256,
        stepsHere,
        samplesApplied,
        samplesHere,
        seconds,
        parameters,
        bestEpoch,
        rollbacks,
        runDirectory,
        ledger,
        error,
        Optional.of(what));
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
    json.put("evaluation", evaluation.orElse(null));
    json.put("weights_sha256", weightsSha256.orElse(null));
    json.put("data_sha256", dataSha256);
    json.put("steps_here", stepsHere);
    json.put("samples_applied", samplesApplied);
    json.put("samples_per_second", rounded(samplesPerSecond(), 10));
    json.put("seconds", rounded(seconds, 1000));
    json.put("parameters", parameters);
    json.put("best_epoch", bestEpoch.isPresent() ? bestEpoch.getAsInt() : null);
    json.put("rollbacks", rollbacks);
    json.put("ledger", ledger.map(RunResult::json).orElse(null));
    json.put("run_directory", runDirectory.toString());
    error.ifPresent(why -> json.put("error", why));
    warning.ifPresent(what -> json.put("warning", what));
    return CanonicalJson.of(json);
  }

  private static Map<String, Object> json(RunLedger ledger) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("epochs", ledger.epochs());
    json.put("examples_per_epoch", ledger.examples());
    json.put("sample_hash_per_epoch", SampleHash.text(ledger.hash()));
    json.put("open_epoch_examples", ledger.openExamples());
    json.put("open_epoch_sample_hash", SampleHash.text(ledger.openHash()));
    return json;
  }

  private static double rounded(double value, int perUnit) {
    return Double.isFinite(value) ? (double) Math.round(value * perUnit) / perUnit : Double.NaN;
  }
}
