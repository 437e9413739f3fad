package dev.yamabiko.coordinator;

import dev.yamabiko.protocol.RunEvent;
import java.util.concurrent.CompletableFuture;

/** Observes a run from outside the actors; called from one thread at a time, in order. */
public interface RunListener {
  void onEvent(RunEvent event);

  /** Completes when nothing that it has heard of is being written any more. */
  default CompletableFuture<Void> settled() {
    return CompletableFuture.completedFuture(null);
  }
}
