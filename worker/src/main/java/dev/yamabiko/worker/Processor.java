package dev.yamabiko.worker;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.function.LongSupplier;

/**
 * What a worker computes on, and the clock that tells it how fast that is. Belongs to one worker,
 * which shuts it down when it stops. Nothing of it changes a bit of what is computed.
 *
 * @param tasks runs one task at a time, so that a replica is used by one thread
 * @param pieces runs a task's pieces, where there is more than one thread
 * @param threads that compute pieces
 * @param activationBytes memory for activations, of all threads together; blocks that need more are
 *     computed in pieces
 * @param besideSlices in the process of the run's slices, and never for steps gone by: weights are
 *     read where the slices keep them
 * @param nanoTime as {@link System#nanoTime}
 */
public record Processor(
    ExecutorService tasks,
    ExecutorService pieces,
    int threads,
    long activationBytes,
    boolean besideSlices,
    LongSupplier nanoTime) {

  /** Anywhere, with a copy of the weights. */
  public Processor(
      ExecutorService tasks,
      ExecutorService pieces,
      int threads,
      long activationBytes,
      LongSupplier nanoTime) {
    this(tasks, pieces, threads, activationBytes, false, nanoTime);
  }

  /**
   * A thread that others use too, in the process of the run's slices. It outlives the worker; a
   * task that has begun when the worker stops comes to its end.
   */
  public static Processor besideSlices(Executor thread, long activationBytes) {
    ExecutorService lent = new LentThread(thread);
    return new Processor(lent, lent, 1, activationBytes, true, System::nanoTime);
  }

  /** Threads of its own, named after the worker; they do not keep the JVM alive. */
  public static Processor ofThreads(String worker, int threads, long activationBytes) {
    ThreadFactory daemons =
        task -> {
          Thread thread = new Thread(task, "compute-" + worker);
          thread.setDaemon(true);
          return thread;
        };
    return new Processor(
        Executors.newSingleThreadExecutor(daemons),
        Executors.newFixedThreadPool(threads, daemons),
        threads,
        activationBytes,
        System::nanoTime);
  }

  void shutdownNow() {
    tasks.shutdownNow();
    pieces.shutdownNow();
  }
}
