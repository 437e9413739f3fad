package dev.yamabiko.worker;

import dev.yamabiko.data.DataException;
import dev.yamabiko.job.HeapNeed;
import dev.yamabiko.job.JobException;
import dev.yamabiko.nn.LayerException;
import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.step.Block;
import dev.yamabiko.step.DivergenceException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;

/**
 * One unit of a worker's computing: the leased blocks of one step, or some parts of an evaluation.
 * Runs on the worker's compute thread and tells the worker how it went. If the worker stops, nobody
 * hears of it; what it still computes then comes too late and is dropped where it arrives.
 *
 * <p>No actor of its own: that would take longer than anything else between the steps of a small
 * model but the update.
 */
final class ShardTask {

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

    /**
     * @param own whether it is the worker's own affair, which has too little memory, and says
     *     nothing of the blocks
     */
    record Crashed(RunKey key, long step, List<Block> blocks, String cause, boolean own)
        implements Result {}
  }

  /** Of what Java says, in 17 as in 25, where mapped memory cannot be read. */
  private static final String FAULT = "unsafe memory access";

  private ShardTask() {}

  /**
   * @param blocks that it trains on; empty for an evaluation
   * @param work sends what it computes by itself
   * @return fails only where memory does not even suffice to say how it ended
   */
  static CompletionStage<Result> run(
      RunKey key, long step, List<Block> blocks, Runnable work, Processor processor) {
    return CompletableFuture.supplyAsync(() -> timed(work, processor.nanoTime()), processor.tasks())
        .handle(
            (nanos, failure) ->
                failure == null
                    ? new Result.Finished(key, step, blocks, nanos)
                    : failure(key, step, blocks, failure));
  }

  private static long timed(Runnable work, LongSupplier nanoTime) {
    long began = nanoTime.getAsLong();
    work.run();
    return nanoTime.getAsLong() - began;
  }

  static Result failure(RunKey key, long step, List<Block> blocks, Throwable failure) {
    Throwable cause = cause(failure);
    return cause instanceof DivergenceException
        ? new Result.Diverged(key, step, cause.getMessage())
        : new Result.Crashed(key, step, blocks, told(cause), HeapNeed.isOutOfMemory(cause));
  }

  /**
   * In words for people where there are some. A mapped page that is not there any more comes as an
   * error of the JVM's own, which does not say of which file.
   */
  static String told(Throwable cause) {
    if (HeapNeed.isOutOfMemory(cause)) {
      return HeapNeed.outOfMemory();
    }
    if (cause instanceof InternalError && String.valueOf(cause.getMessage()).contains(FAULT)) {
      return "a data file was cut short, or its disk failed, while it was read";
    }
    boolean told =
        cause instanceof DataException
            || cause instanceof LayerException
            || cause instanceof JobException;
    return told ? cause.getMessage() : cause.toString();
  }

  /** What went wrong, without the future that it went wrong in. */
  static Throwable cause(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }
}
