package dev.yamabiko.optim;

/**
 * One step down the gradient, element by element: (weights, gradient, state) to (new weights, new
 * state). Everything that a later step depends on is in {@code state}, so a checkpoint is complete.
 */
public interface Optimizer {

  /** As job files spell it. */
  String kind();

  float learningRate();

  /** How many vectors of the weights' size the state has; all begin at zero. */
  int stateVectors();

  /**
   * Updates elements [from, to); all arrays have the same indexes. Where the gradient is not
   * finite, {@code next} is not either.
   *
   * @param step number of the step, the first is 0
   * @param learningRate this step's, as the schedule gives it
   * @param w weights[step], only read
   * @param next weights[step + 1], written; another array than w
   * @param g times {@code scale} it is the gradient, averaged over the batch; only read, but may be
   *     {@code next}
   * @param scale at most 1
   * @param state updated in place
   */
  void step(
      long step,
      float learningRate,
      int from,
      int to,
      float[] w,
      float[] next,
      float[] g,
      float scale,
      float[][] state);
}
