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
   * Updates elements [from, to); all arrays have the same indexes.
   *
   * @param step number of the step, the first is 0
   * @param learningRate this step's, as the schedule gives it
   * @param w weights[step], only read
   * @param next weights[step + 1], written; another array than w
   * @param g the gradient, averaged over the batch, only read
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
      float[][] state);
}
