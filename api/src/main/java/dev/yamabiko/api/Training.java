package dev.yamabiko.api;

import dev.yamabiko.coordinator.DiskWatch;
import dev.yamabiko.coordinator.RunDirectory;
import dev.yamabiko.coordinator.RunListener;
import dev.yamabiko.data.LoadedData;
import dev.yamabiko.job.Job;
import dev.yamabiko.local.LocalRun;
import dev.yamabiko.local.OutputDirectory;
import dev.yamabiko.local.SingleNode;
import dev.yamabiko.model.ModelMetadata;
import dev.yamabiko.model.TrainedModel;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * A run in this JVM, in threads of its own, which all are daemons and end with it. Several at once
 * share cores and memory, and nothing else.
 */
public final class Training {

  private final Job job;
  private final TrainingOptions options;
  private final SingleNode.Cancellation cancellation = new SingleNode.Cancellation();
  private final GuardedListener listener;
  private final CompletableFuture<TrainingResult> result = new CompletableFuture<>();

  private Training(Job job, TrainingOptions options) {
    this.job = job;
    this.options = options;
    listener =
        new GuardedListener(
            options.listener(), failure -> cancellation.cancel(failure.getMessage()));
  }

  static Training start(TrainingJob job, TrainingOptions options) {
    if (options.resume() && options.directory().isEmpty()) {
      throw new IllegalArgumentException("resume(true) expects a directory, that of the run");
    }
    Training training = new Training(job.read(), options);
    Thread thread = new Thread(training::run, "yamabiko-" + training.job.name());
    thread.setDaemon(true);
    thread.start();
    return training;
  }

  /**
   * Ends the run after its current step; what there is by then is its model, and in a directory its
   * last checkpoint. Does nothing once it has ended.
   */
  public void cancel() {
    cancellation.cancel("cancelled");
  }

  /**
   * Completed when the run has ended, in whichever way, or exceptionally by a {@link
   * YamabikoException}: the job cannot be trained, or the listener threw, which is its cause. To
   * cancel the future itself is not to {@link #cancel} the run.
   */
  public CompletableFuture<TrainingResult> result() {
    // A copy as CompletableFuture makes it is completed by a CompletionException about the failure.
    CompletableFuture<TrainingResult> own = new CompletableFuture<>();
    result.whenComplete(
        (ended, failure) -> {
          if (failure == null) {
            own.complete(ended);
          } else {
            own.completeExceptionally(failure);
          }
        });
    return own;
  }

  /**
   * Waits until the run has ended. If the thread is interrupted meanwhile, the run is cancelled,
   * and the thread is interrupted again on return.
   *
   * @throws YamabikoException as {@link #result} says
   */
  public TrainingResult await() {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return result.get();
        } catch (InterruptedException e) {
          interrupted = true;
          cancel();
        } catch (ExecutionException e) {
          throw YamabikoException.of(e.getCause());
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void run() {
    try {
      result.complete(train());
    } catch (RuntimeException | Error e) {
      result.completeExceptionally(YamabikoException.of(e));
    }
  }

  private TrainingResult train() {
    Optional<OutputDirectory> output =
        options.directory().map(path -> OutputDirectory.ofProgram(path, options.resume()));
    LocalRun run =
        LocalRun.prepare(job, output, options.resume(), options.workers(), listener::onNotice);
    RunListener progress =
        new LocalProgress(
            listener,
            run.checked().plan(run.workers()).steps(),
            run.checked().data().train().targets());
    LocalRun.Ended ended = train(run, output, List.of(progress));
    listener.rethrow();
    return result(run, ended, output.map(OutputDirectory::path));
  }

  private LocalRun.Ended train(
      LocalRun run, Optional<OutputDirectory> output, List<RunListener> listeners) {
    if (output.isEmpty()) {
      return run.train(SingleNode::run, listeners, cancellation);
    }
    try (RunDirectory directory = run.open(watch())) {
      directory.gap().ifPresent(listener::onNotice);
      return run.train(directory, SingleNode::run, listeners, cancellation);
    }
  }

  private DiskWatch watch() {
    return new DiskWatch() {
      @Override
      public void failed(String why) {
        cancellation.cancel(why);
      }

      @Override
      public void warned(String why) {
        listener.onNotice(why);
      }

      @Override
      public void recovered(String how) {
        listener.onNotice(how);
      }
    };
  }

  /** The data is not needed any more, and the result does not hold it. */
  private static TrainingResult result(
      LocalRun run, LocalRun.Ended ended, Optional<Path> directory) {
    LoadedData data = run.checked().data();
    Optional<Model> model =
        ended
            .weights()
            .map(
                weights ->
                    new Model(
                        TrainedModel.of(
                            directory.map(RunDirectory::modelOf).orElse(Path.of("model")),
                            ModelMetadata.of(run.checked().job(), data),
                            run.checked().network(),
                            weights)));
    return new TrainingResult(ended.result().toJson(), directory, model::orElseThrow);
  }
}
