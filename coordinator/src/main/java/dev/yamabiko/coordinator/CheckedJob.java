package dev.yamabiko.coordinator;

import dev.yamabiko.data.DataLoader;
import dev.yamabiko.data.DataSpec;
import dev.yamabiko.data.Dataset;
import dev.yamabiko.data.DatasetHash;
import dev.yamabiko.data.LoadedData;
import dev.yamabiko.job.Job;
import dev.yamabiko.job.JobChecks;
import dev.yamabiko.job.Plan;
import dev.yamabiko.model.Checkpoint;
import dev.yamabiko.model.ModelMetadata;
import dev.yamabiko.model.Safetensors;
import dev.yamabiko.model.WarmStart;
import dev.yamabiko.nn.Network;
import dev.yamabiko.protocol.RunOutcome;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * A job whose files are there, whose data is read and whose model fits both ends.
 *
 * @param dataSha256 names the data by its content
 */
public record CheckedJob(Job job, LoadedData data, String dataSha256, Network network) {

  /** Throws what is wrong with the user's input; nothing has been written by then. */
  public static CheckedJob of(Job job) {
    return of(job, () -> {});
  }

  /**
   * @param between before each thing that takes long; throws if the rest is not wanted
   */
  public static CheckedJob of(Job job, Runnable between) {
    JobChecks.extensions(job);
    JobChecks.files(job);
    between.run();
    LoadedData data = DataLoader.load(job.data(), job.seed());
    between.run();
    Network network = checked(job, data);
    between.run();
    String hash = DatasetHash.sha256(data.train(), data.validation());
    return new CheckedJob(job, data, hash, network);
  }

  /** The same of another job; the data is not read again where it is the same. */
  public CheckedJob next(Job other) {
    if (!hasDataOf(other)) {
      return of(other);
    }
    JobChecks.extensions(other);
    JobChecks.files(other);
    return new CheckedJob(other, data, dataSha256, checked(other, data));
  }

  /** A seed decides which examples are held out, where no source says it. */
  private boolean hasDataOf(Job other) {
    boolean drawn = other.data().validation().orElse(null) instanceof DataSpec.Validation.Fraction;
    return other.data().equals(job.data()) && (!drawn || other.seed() == job.seed());
  }

  private static Network checked(Job job, LoadedData data) {
    Network network = JobChecks.network(job, data.train().inputShape(), data.train().targets());
    JobChecks.targets(job, data.train());
    data.validation().ifPresent(validation -> JobChecks.targets(job, validation));
    JobChecks.shards(job, network, data.train().size());
    Safetensors.checkHeader(network, ModelMetadata.of(job, data));
    return network;
  }

  public Plan plan(int workers) {
    int validation = data.validation().map(Dataset::size).orElse(0);
    return new Plan(job, network, data.train().size(), validation, workers);
  }

  /** Step 0: the initial weights. */
  public Checkpoint start() {
    return start(notice -> {});
  }

  /**
   * @param notices hears what a warm start took from where
   */
  public Checkpoint start(Consumer<String> notices) {
    WarmStart.Result begin = WarmStart.of(job, network);
    begin.notice().ifPresent(notices);
    return RunSettings.atStart(job, begin.weights());
  }

  public RunDescription description() {
    return new RunDescription(
        job.resolved(),
        dataSha256,
        ModelMetadata.of(job, data),
        data.train().targets(),
        job.checkpoints().keep(),
        BoardContent.of(job.tensorBoard(), plan(1).steps(), network));
  }

  public RunResult result(RunOutcome outcome, TrainingClock clock, Path runDirectory) {
    return RunResult.of(
        job,
        data,
        network,
        dataSha256,
        outcome,
        clock.steps(),
        clock.samples(),
        clock.seconds(),
        runDirectory);
  }
}
