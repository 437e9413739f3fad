package dev.yamabiko.optim;

/**
 * Gradient descent with momentum: d = g + decay w; v = momentum v + d; w' = w - rate v, or with
 * Nesterov's momentum w' = w - rate (d + momentum v).
 *
 * <p>Polyak, 1964; Nesterov's form as in Sutskever, Martens, Dahl and Hinton, ICML 2013. Weight
 * decay is the gradient of decay/2 |w|^2.
 */
public record Sgd(float learningRate, float momentum, boolean nesterov, float weightDecay)
    implements Optimizer {

  @Override
  public String kind() {
    return "sgd";
  }

  @Override
  public int stateVectors() {
    return momentum == 0 ? 0 : 1;
  }

  @Override
  public void step(
      long step,
      float learningRate,
      int from,
      int to,
      float[] w,
      float[] next,
      float[] g,
      float scale,
      float[][] state) {
    if (momentum == 0) {
      descend(learningRate, weightDecay, from, to, w, next, g, scale);
    } else if (nesterov) {
      descendAhead(learningRate, weightDecay, momentum, from, to, w, next, g, scale, state[0]);
    } else {
      descend(learningRate, weightDecay, momentum, from, to, w, next, g, scale, state[0]);
    }
  }

  // One loop each and no branch in it: C2 makes vectors of these.

  private static void descend(
      float rate, float decay, int from, int to, float[] w, float[] next, float[] g, float scale) {
    for (int i = from; i < to; i++) {
      float d = g[i] * scale + decay * w[i];
      next[i] = w[i] - rate * d;
    }
  }

  private static void descend(
      float rate,
      float decay,
      float momentum,
      int from,
      int to,
      float[] w,
      float[] next,
      float[] g,
      float scale,
      float[] velocity) {
    for (int i = from; i < to; i++) {
      float d = g[i] * scale + decay * w[i];
      float v = momentum * velocity[i] + d;
      velocity[i] = v;
      next[i] = w[i] - rate * v;
    }
  }

  private static void descendAhead(
      float rate,
      float decay,
      float momentum,
      int from,
      int to,
      float[] w,
      float[] next,
      float[] g,
      float scale,
      float[] velocity) {
    for (int i = from; i < to; i++) {
      float d = g[i] * scale + decay * w[i];
      float v = momentum * velocity[i] + d;
      velocity[i] = v;
      next[i] = w[i] - rate * (d + momentum * v);
    }
  }
}
