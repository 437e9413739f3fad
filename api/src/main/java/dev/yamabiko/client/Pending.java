package dev.yamabiko.client;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * What is under way over one coordinator's connections; to close is to cancel it. For any number of
 * threads.
 */
final class Pending {

  private final Set<CompletableFuture<?>> open = new HashSet<>();
  private boolean closed;

  /** Cancels it when this is closed, or at once if it has been. */
  void add(CompletableFuture<?> future) {
    if (!isAdded(future)) {
      future.cancel(true);
      return;
    }
    future.whenComplete((result, e) -> remove(future));
  }

  private synchronized boolean isAdded(CompletableFuture<?> future) {
    return !closed && open.add(future);
  }

  private synchronized void remove(CompletableFuture<?> future) {
    open.remove(future);
  }

  synchronized boolean isClosed() {
    return closed;
  }

  void close() {
    Set<CompletableFuture<?>> left;
    synchronized (this) {
      closed = true;
      left = Set.copyOf(open);
    }
    left.forEach(future -> future.cancel(true));
  }
}
