package dev.yamabiko.optim;

/**
 * RMSProp: d = g + decay w; v = alpha v + (1 - alpha) d^2; r = d / (sqrt(v) + epsilon); w' = w -
 * rate r, or with momentum b = momentum b + r; w' = w - rate b.
 *
 * <p>Tieleman and Hinton, "Lecture 6.5: RMSProp", Neural networks for machine learning, 2012; not
 * centred.
 *
 * @param alpha how much of the mean of squares stays from step to step
 * @param weightDecay of the gradient of decay/2 |w|^2
 */
public record RmsProp(
    float learningRate, float alpha, float epsilon, float momentum, float weightDecay)
    implements Optimizer {

  public static final float DEFAULT_LEARNING_RATE = 0.01f;
  public static final float DEFAULT_ALPHA = 0.99f;
  public static final float DEFAULT_EPSILON = 1e-8f;

  @Override
  public String kind() {
    return "rmsprop";
  }

  @Override
  public int stateVectors() {
    return momentum == 0 ? 1 : 2;
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
    float[] v = state[0];
    float[] b = momentum == 0 ? null : state[1];
    float rest = 1 - alpha;
    for (int i = from; i < to; i++) {
      float d = g[i] * scale + weightDecay * w[i];
      v[i] = alpha * v[i] + rest * (d * d);
      float direction = d / ((float) Math.sqrt(v[i]) + epsilon);
      if (b != null) {
        direction = momentum * b[i] + direction;
        b[i] = direction;
      }
      next[i] = w[i] - learningRate * direction;
    }
  }
}
