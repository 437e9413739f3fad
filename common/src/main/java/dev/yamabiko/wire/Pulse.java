package dev.yamabiko.wire;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.DispatcherSelector;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Whether the threads that actors run on still take work. */
public final class Pulse {

  /** Longer than a pause for garbage, even of large arrays. */
  private static final Duration LIMIT = Duration.ofSeconds(4);

  private Pulse() {}

  /** Why the system's process had better be started anew; empty if it had not. */
  public static Optional<String> fault(ActorSystem<?> system) {
    return beats(system, LIMIT) ? Optional.empty() : Optional.of("its actors take no message");
  }

  /**
   * Blocks for as long as it takes, and no longer than that. A system that is ending counts as one
   * that does: whoever ends it goes on.
   */
  static boolean beats(ActorSystem<?> system, Duration limit) {
    try {
      CompletableFuture.runAsync(
              () -> {}, system.dispatchers().lookup(DispatcherSelector.defaultDispatcher()))
          .get(limit.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (RejectedExecutionException | ExecutionException e) {
      return true;
    } catch (TimeoutException e) {
      return system.getWhenTerminated().toCompletableFuture().isDone();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }
}
