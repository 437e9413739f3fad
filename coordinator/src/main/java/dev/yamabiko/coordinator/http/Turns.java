package dev.yamabiko.coordinator.http;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Work for requests that may take long, on threads of its own, because the coordinator lives on
 * those for blocking: few at a time, and only so many wait for that.
 */
final class Turns implements AutoCloseable {

  private final ThreadPoolExecutor threads;
  private final String tooMany;

  /**
   * @param name of the threads
   * @param tooMany why a request is refused that would have to wait with too many others
   */
  Turns(String name, int atOnce, int waiting, String tooMany) {
    this.tooMany = tooMany;
    threads =
        new ThreadPoolExecutor(
            atOnce,
            atOnce,
            10,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(waiting),
            task -> {
              Thread thread = new Thread(task, name);
              thread.setDaemon(true);
              return thread;
            });
    threads.allowCoreThreadTimeOut(true);
  }

  /** Fails with a {@link ProblemException} where too many wait. */
  <T> CompletionStage<T> take(Supplier<T> work) {
    try {
      return CompletableFuture.supplyAsync(work, threads);
    } catch (RejectedExecutionException e) {
      return CompletableFuture.failedFuture(Problem.unavailable(tooMany).exception());
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
