package dev.yamabiko.model;

/** A checkpoint file that is torn or damaged; the message says which and what is wrong with it. */
public final class CheckpointException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public CheckpointException(String message, Throwable cause) {
    super(message, cause);
  }
}
