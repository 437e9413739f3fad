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
   * Updates elements 0..n-1, read and written at the given offsets.
   *
   * @param step number of the step, the first is 0
   * @param w weights[step], only read
   * @param next weights[step + 1], written; another array than w
   * @param g the gradient, averaged over the batch, only read
   * @param state from index 0 on, updated in place
   */
  void step(
      long step,
      float learningRate,
      int n,
      float[] w,
      int wAt,
      float[] next,
      int nextAt,
      float[] g,
      int gAt,
      float[][] state);
}
