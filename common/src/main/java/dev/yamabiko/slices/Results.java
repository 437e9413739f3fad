package dev.yamabiko.slices;

import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.ActorContext;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;

/**
 * The way of what other threads have computed to an actor: {@code pipeToSelf}, but where memory has
 * run out on it. That would leave the error in a future that nobody looks at, and the actor would
 * wait for ever; here it ends up where a thread's own end does.
 */
public final class Results {

  private Results() {}

  /**
   * @param message of the result, or else of what went wrong; makes it in the other thread
   */
  public static <C, T> void toSelf(
      ActorContext<C> context, CompletionStage<T> result, BiFunction<T, Throwable, C> message) {
    ActorRef<C> self = context.getSelf();
    result.whenComplete(
        (value, failure) -> {
          try {
            self.tell(message.apply(value, failure));
          } catch (Error e) {
            Thread thread = Thread.currentThread();
            thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
          }
        });
  }
}
