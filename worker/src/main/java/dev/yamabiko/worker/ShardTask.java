package dev.yamabiko.worker;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import dev.yamabiko.data.DataException;
import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.step.Block;
import dev.yamabiko.step.DivergenceException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.LongSupplier;

/**
 * One unit of a worker's computing: the leased blocks of one step, or some parts of an evaluation.
 * Runs it on the worker's compute thread, tells the worker how it went, and ends. If the worker
 * stops, so does this task; what it still computes then comes too late and is dropped where it
 * arrives.
 */
final class ShardTask {

  sealed interface Command {}

  private record Done(long nanos) implements Command {}

  private record Failed(Throwable cause) implements Command {}

  /** What the worker hears. */
  sealed interface Result {
    /** Of which run. */
    RunKey key();

    /**
     * @param nanos that it took
     */
    record Finished(RunKey key, long step, List<Block> blocks, long nanos) implements Result {}

    /** NaN or infinity. */
    record Diverged(RunKey key, long step, String message) implements Result {}

    record Crashed(RunKey key, long step, List<Block> blocks, String cause) implements Result {}
  }

  private ShardTask() {}

  /**
   * @param blocks that it trains on; empty for an evaluation
   * @param work sends what it computes by itself
   */
  static Behavior<Command> create(
      RunKey key,
      long step,
      List<Block> blocks,
      Runnable work,
      Processor processor,
      ActorRef<Result> replyTo) {
    return Behaviors.setup(
        context -> {
          context.pipeToSelf(
              CompletableFuture.supplyAsync(
                  () -> timed(work, processor.nanoTime()), processor.tasks()),
              (nanos, failure) -> failure == null ? new Done(nanos) : new Failed(failure));
          return Behaviors.receive(Command.class)
              .onMessage(
                  Done.class,
                  done -> {
                    replyTo.tell(new Result.Finished(key, step, blocks, done.nanos()));
                    return Behaviors.stopped();
                  })
              .onMessage(
                  Failed.class,
                  failed -> {
                    replyTo.tell(failure(key, step, blocks, failed.cause()));
                    return Behaviors.stopped();
                  })
              .build();
        });
  }

  private static long timed(Runnable work, LongSupplier nanoTime) {
    long began = nanoTime.getAsLong();
    work.run();
    return nanoTime.getAsLong() - began;
  }

  private static Result failure(RunKey key, long step, List<Block> blocks, Throwable failure) {
    Throwable cause = cause(failure);
    return cause instanceof DivergenceException
        ? new Result.Diverged(key, step, cause.getMessage())
        : new Result.Crashed(key, step, blocks, told(cause));
  }

  /** In words for people where there are some. */
  static String told(Throwable cause) {
    return cause instanceof DataException ? cause.getMessage() : cause.toString();
  }

  /** What went wrong, without the future that it went wrong in. */
  static Throwable cause(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }
}
