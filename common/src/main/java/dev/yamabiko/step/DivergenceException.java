package dev.yamabiko.step;

/**
 * NaN or infinity in the loss; the message names step, shard and layer, and is the same whoever
 * comes upon it.
 */
public final class DivergenceException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * What its message begins with, and that of a run that ends by it. A run that goes on meets it
   * again, in the same step.
   */
  public static final String BEGINNING = "the run diverged: ";

  /** What usually helps. */
  public static final String ADVICE =
      "try a smaller learning-rate, or clipping { global-norm = 1 }";

  public DivergenceException(String message) {
    super(message);
  }
}
