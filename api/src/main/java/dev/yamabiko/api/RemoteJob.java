package dev.yamabiko.api;

import dev.yamabiko.client.Follower;
import dev.yamabiko.client.JsonFields;
import dev.yamabiko.client.Server;
import dev.yamabiko.coordinator.WriteFailure;
import dev.yamabiko.model.AtomicFile;
import dev.yamabiko.model.CanonicalJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A job on a coordinator. For any number of threads. */
public final class RemoteJob {

  private static final ProgressListener NOBODY = epoch -> {};

  private final Server server;
  private final String id;

  RemoteJob(Server server, String id) {
    this.server = server;
    this.id = id;
  }

  /** By which the coordinator knows it. */
  public String id() {
    return id;
  }

  /**
   * How far it is.
   *
   * @throws YamabikoException also if the coordinator knows no such job
   */
  public JobState state() {
    return RemoteCoordinator.asked(
        server, () -> JobState.of(CanonicalJson.object(server.state(id))));
  }

  /**
   * Ends it, after its current step if it runs.
   *
   * @throws YamabikoException also if it has ended already
   */
  public void cancel() {
    RemoteCoordinator.asked(server, () -> server.post(Server.job(id, "cancel")));
  }

  /**
   * Queues it again after it was cancelled or has failed, to go on from its last checkpoint.
   *
   * @throws YamabikoException also if it has not ended, or is complete
   */
  public void resume() {
    RemoteCoordinator.asked(server, () -> server.post(Server.job(id, "resume")));
  }

  /**
   * Follows it to its end, over lost connections, a restarted coordinator, or another that takes
   * over; gives up when none answers for a minute and a half.
   *
   * @return completed when the job has ended, in whichever way; exceptionally by a {@link
   *     YamabikoException} if the coordinator is lost, knows no such job, or the listener throws;
   *     to cancel it ends the following, and leaves the job alone
   * @throws IllegalStateException if the coordinator has been closed
   */
  public CompletableFuture<TrainingResult> follow(ProgressListener listener) {
    RemoteCoordinator.requireOpen(server);
    CompletableFuture<TrainingResult> result = new CompletableFuture<>();
    server.cancelWhenClosed(result);
    Thread thread = new Thread(() -> follow(listener, result), "yamabiko-follows-" + id);
    thread.setDaemon(true);
    thread.start();
    return result;
  }

  private void follow(ProgressListener told, CompletableFuture<TrainingResult> result) {
    try {
      String now = server.state(id);
      if (JobState.of(CanonicalJson.object(now)).status().hasEnded()) {
        result.complete(result(now));
        return;
      }
      GuardedListener listener = new GuardedListener(told, result::completeExceptionally);
      Follower follower =
          new Follower(
              server,
              id,
              new RemoteProgress(listener, new JsonFields(CanonicalJson.object(now))),
              Follower.Patience.DEFAULT,
              System::nanoTime);
      result.whenComplete((value, e) -> follower.detach());
      follower
          .follow()
          .ifPresentOrElse(json -> result.complete(result(json)), () -> result.cancel(false));
    } catch (RuntimeException | Error e) {
      result.completeExceptionally(YamabikoException.of(e));
    }
  }

  private TrainingResult result(String json) {
    return new TrainingResult(json, Optional.empty(), this::model);
  }

  /**
   * Waits until it has ended, in whichever way.
   *
   * @throws YamabikoException also if it has not ended within that time, or this thread is
   *     interrupted; it goes on then
   * @throws java.util.concurrent.CancellationException if the coordinator is closed meanwhile
   */
  public TrainingResult await(Duration most) {
    return await(most, NOBODY);
  }

  /**
   * The same, and the listener hears how it goes.
   *
   * @throws YamabikoException also if it has not ended within that time, or this thread is
   *     interrupted; it goes on then
   * @throws java.util.concurrent.CancellationException if the coordinator is closed meanwhile
   */
  public TrainingResult await(Duration most, ProgressListener listener) {
    CompletableFuture<TrainingResult> result = follow(listener);
    try {
      return result.get(TimeUnit.MILLISECONDS.convert(most), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw YamabikoException.failed(
          "job %s has not ended within %d s".formatted(id, most.toSeconds()), e);
    } catch (ExecutionException e) {
      throw YamabikoException.of(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw YamabikoException.failed("interrupted while waiting for job " + id, e);
    } finally {
      result.cancel(false);
    }
  }

  /**
   * Writes its model there; the file appears whole or not at all, and takes the place of one that
   * is there.
   *
   * @throws YamabikoException also if the job has no model (yet), or the file cannot be written
   */
  public void downloadModel(Path file) {
    Objects.requireNonNull(file, "file");
    RemoteCoordinator.requireOpen(server);
    try {
      AtomicFile.write(
          file,
          part -> server.download(Server.job(id, "model"), part),
          AtomicFile.Gate.ofOneOfSeveral());
    } catch (IOException e) {
      throw YamabikoException.failed(
          "cannot write the model of %s to %s: %s".formatted(id, file, WriteFailure.reason(e)), e);
    } catch (RuntimeException e) {
      throw YamabikoException.of(e);
    }
  }

  /**
   * Its model, downloaded for this call.
   *
   * @throws YamabikoException also if the job has no model (yet)
   */
  public Model model() {
    try {
      Path folder = Files.createTempDirectory("yamabiko");
      Path file = folder.resolve("model.safetensors");
      try {
        downloadModel(file);
        return Model.load(file);
      } finally {
        Files.deleteIfExists(file);
        Files.delete(folder);
      }
    } catch (IOException e) {
      throw YamabikoException.failed(
          "no place for the model of %s: %s".formatted(id, WriteFailure.reason(e)), e);
    }
  }
}
