package dev.yamabiko.worker;

import dev.yamabiko.step.BlockComputation;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The workspaces of a replica, one for each thread that computes, and what runs on them. With one
 * thread it is the caller's.
 */
final class ComputeThreads {

  private final ExecutorService pool;
  private final BlockingQueue<BlockComputation> free = new LinkedBlockingQueue<>();
  private final int threads;

  /**
   * @param pool has as many threads as there are workspaces; without use for one
   * @param workspace makes one
   */
  ComputeThreads(ExecutorService pool, int threads, Supplier<BlockComputation> workspace) {
    this.pool = pool;
    this.threads = threads;
    for (int i = 0; i < threads; i++) {
      free.add(workspace.get());
    }
  }

  int count() {
    return threads;
  }

  /**
   * Does all of this, begun in this order, and returns when it is done. What the first piece throws
   * that throws, in this order, is thrown here: the same each time.
   */
  void run(List<Consumer<BlockComputation>> pieces) {
    if (threads == 1 || pieces.size() == 1) {
      pieces.forEach(this::compute);
      return;
    }
    List<Callable<Void>> tasks = new ArrayList<>();
    for (Consumer<BlockComputation> piece : pieces) {
      tasks.add(
          () -> {
            compute(piece);
            return null;
          });
    }
    try {
      for (Future<Void> done : pool.invokeAll(tasks)) {
        done.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("the worker ended");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw (RuntimeException) e.getCause(); // a piece throws nothing else
    }
  }

  private void compute(Consumer<BlockComputation> piece) {
    BlockComputation workspace = free.remove();
    try {
      piece.accept(workspace);
    } finally {
      free.add(workspace);
    }
  }
}
