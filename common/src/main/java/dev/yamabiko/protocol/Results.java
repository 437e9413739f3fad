package dev.yamabiko.protocol;

import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.ActorContext;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BiFunction;

/**
 * The way of what other threads have computed to an actor: {@code pipeToSelf}, but where memory has
 * run out on it. That would leave the error in a future that nobody looks at, and the actor would
 * wait for ever; here a thread of the actor's dies of it, as of one in the actor itself.
 */
public final class Results {

  private Results() {}

  /**
   * @param message of the result, or else of what went wrong; is made in the thread that completes
   *     the result
   */
  public static <C, T> void toSelf(
      ActorContext<C> context, CompletionStage<T> result, BiFunction<T, Throwable, C> message) {
    ActorRef<C> self = context.getSelf();
    Executor own = context.getExecutionContext();
    result.whenComplete(
        (value, failure) -> {
          try {
            self.tell(message.apply(value, failure));
          } catch (Error e) {
            own.execute(
                () -> {
                  throw e;
                });
          }
        });
  }
}
