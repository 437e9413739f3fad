package dev.yamabiko.api;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** The jobs that are being followed over one coordinator's connections. */
final class Follows {

  private final Set<CompletableFuture<?>> open = new HashSet<>();
  private boolean closed;

  /**
   * @throws IllegalStateException if the coordinator has been closed
   */
  synchronized void add(CompletableFuture<?> follow) {
    if (closed) {
      throw new IllegalStateException("this RemoteCoordinator is closed");
    }
    open.add(follow);
    follow.whenComplete((result, e) -> remove(follow));
  }

  private synchronized void remove(CompletableFuture<?> follow) {
    open.remove(follow);
  }

  /** Ends all of them. */
  void close() {
    Set<CompletableFuture<?>> left;
    synchronized (this) {
      closed = true;
      left = Set.copyOf(open);
    }
    left.forEach(follow -> follow.cancel(false));
  }
}
