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
      float[][] state) {
    if (momentum == 0) {
      for (int i = from; i < to; i++) {
        float d = g[i] + weightDecay * w[i];
        next[i] = w[i] - learningRate * d;
      }
      return;
    }
    float[] velocity = state[0];
    for (int i = from; i < to; i++) {
      float d = g[i] + weightDecay * w[i];
      float v = momentum * velocity[i] + d;
      velocity[i] = v;
      float direction = nesterov ? d + momentum * v : v;
      next[i] = w[i] - learningRate * direction;
    }
  }
}
