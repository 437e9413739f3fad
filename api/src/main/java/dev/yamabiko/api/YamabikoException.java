package dev.yamabiko.api;

import dev.yamabiko.client.ServerException;
import dev.yamabiko.coordinator.InputErrors;
import dev.yamabiko.job.HeapNeed;
import dev.yamabiko.tensor.KernelsException;
import java.util.concurrent.CompletionException;

/**
 * What was asked for cannot be done. The message is one line for people, the one that the command
 * prints: for a job that is wrong it says file, line and key, what was expected and what was found;
 * for a coordinator's refusal, what the coordinator says.
 *
 * <p>A program that uses this package against its contracts gets an {@link
 * IllegalArgumentException}, an {@link IllegalStateException} or a {@link NullPointerException}
 * instead.
 */
public final class YamabikoException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean inputWrong;

  private YamabikoException(String message, boolean inputWrong, Throwable cause) {
    super(message, cause);
    this.inputWrong = inputWrong;
  }

  /**
   * Whether a job, a file, a setting or an id is wrong, so that the same call would fail again;
   * else it is the run, the machine or the coordinator.
   */
  public boolean isInputWrong() {
    return inputWrong;
  }

  static YamabikoException input(String message, Throwable cause) {
    return new YamabikoException(message, true, cause);
  }

  static YamabikoException failed(String message, Throwable cause) {
    return new YamabikoException(message, false, cause);
  }

  /** What people are to know of something that was thrown below. */
  static YamabikoException of(Throwable e) {
    if (e instanceof YamabikoException known) {
      return known;
    }
    if (e instanceof CompletionException && e.getCause() != null) {
      return of(e.getCause());
    }
    if (e instanceof ServerException server) {
      return new YamabikoException(server.getMessage(), server.usersFault(), server);
    }
    if (InputErrors.isInput(e) || e instanceof KernelsException) {
      return input(e.getMessage(), e);
    }
    return failed(
        HeapNeed.isOutOfMemory(e) ? HeapNeed.outOfMemory("-Xmx") : "internal error: " + e, e);
  }
}
