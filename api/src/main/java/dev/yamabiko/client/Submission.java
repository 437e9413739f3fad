package dev.yamabiko.client;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The sending of one job. From the moment that it is on its way an interruption may leave a job
 * behind, so that the answer is still waited for, but not for long.
 */
public final class Submission {

  private final Server server;
  private final Duration patience;
  private final CompletableFuture<Void> interruption = new CompletableFuture<>();
  private final CompletableFuture<String> answer = new CompletableFuture<>();

  /**
   * @param patience how long an interrupted user waits for the answer
   */
  public Submission(Server server, Duration patience) {
    this.server = server;
    this.patience = patience;
  }

  /** For another thread. */
  public void interrupt() {
    interruption.complete(null);
  }

  /** Whether the coordinator has accepted or refused the job, or cannot be reached. */
  public boolean isAnswered() {
    return answer.isDone();
  }

  public boolean isInterrupted() {
    return interruption.isDone();
  }

  /** Runs at once where the interruption came before. */
  public void onInterruption(Runnable then) {
    interruption.thenRun(then);
  }

  /**
   * Blocks until the coordinator has answered.
   *
   * @return the answer; empty if interrupted and none came in time: there may be a job or none
   * @throws ServerException if the coordinator refuses the job or cannot be reached
   */
  public Optional<String> send(String job) {
    Thread thread = new Thread(() -> exchange(job), "submission");
    thread.setDaemon(true);
    thread.start();
    try {
      CompletableFuture.anyOf(answer, interruption).join();
      if (!answer.isDone()) {
        answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
      }
      return Optional.of(answer.join());
    } catch (TimeoutException e) {
      return Optional.empty();
    } catch (CompletionException | ExecutionException e) {
      throw e.getCause() instanceof ServerException known ? known : new CompletionException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  private void exchange(String job) {
    try {
      answer.complete(server.submit(job));
    } catch (RuntimeException | Error e) {
      answer.completeExceptionally(e);
    }
  }
}
