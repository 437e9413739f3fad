package dev.yamabiko.optim;

import dev.yamabiko.tensor.Philox;

/** Runs an optimizer over given gradients, the whole vector at once or in slices. */
final class Trajectory {
  private Trajectory() {}

  static float[] random(long seed, int sample, int n) {
    Philox random = Philox.stream(seed, Philox.Purpose.GENERATE, 0, 0, sample);
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /** The gradient of a step, the same for every way of running. */
  static float[] gradient(long seed, int step, int n) {
    return random(seed, step + 1, n);
  }

  static float[] weights(long seed, int n) {
    return random(seed, 0, n);
  }

  /** The weights after so many steps, only [from, to) being updated. */
  static float[] run(Optimizer optimizer, long seed, int n, int from, int to, int steps) {
    float[] w = weights(seed, n);
    float[] next = new float[n];
    float[][] state = new float[optimizer.stateVectors()][n];
    for (int step = 0; step < steps; step++) {
      float[] g = gradient(seed, step, n);
      optimizer.step(step, optimizer.learningRate(), from, to, w, next, g, 1, state);
      float[] swap = w;
      w = next;
      next = swap;
    }
    return w;
  }

  static float[] run(Optimizer optimizer, long seed, int n, int steps) {
    return run(optimizer, seed, n, 0, n, steps);
  }

  /** Steps down E = 1/2 a (w - minimum)^2 from w = start; returns the last w. */
  static float descendParabola(
      Optimizer optimizer, float a, float minimum, float start, int steps) {
    float[] w = {start};
    float[] next = new float[1];
    float[][] state = new float[optimizer.stateVectors()][1];
    for (int step = 0; step < steps; step++) {
      float[] g = {a * (w[0] - minimum)};
      optimizer.step(step, optimizer.learningRate(), 0, 1, w, next, g, 1, state);
      w[0] = next[0];
    }
    return w[0];
  }
}
