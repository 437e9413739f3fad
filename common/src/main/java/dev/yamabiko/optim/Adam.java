package dev.yamabiko.optim;

/**
 * Adam: d = g + decay w; m = beta1 m + (1 - beta1) d; v = beta2 v + (1 - beta2) d^2; w' = w - rate
 * (m / c1) / (sqrt(v / c2) + epsilon), with c1 = 1 - beta1^t, c2 = 1 - beta2^t and t = step + 1.
 *
 * <p>Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015, algorithm 1; the
 * defaults are the paper's.
 */
public record Adam(float learningRate, float beta1, float beta2, float epsilon, float weightDecay)
    implements Optimizer {

  public static final float DEFAULT_LEARNING_RATE = 0.001f;
  public static final float DEFAULT_BETA1 = 0.9f;
  public static final float DEFAULT_BETA2 = 0.999f;
  public static final float DEFAULT_EPSILON = 1e-8f;

  @Override
  public String kind() {
    return "adam";
  }

  @Override
  public int stateVectors() {
    return 2;
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
    float[] m = state[0];
    float[] v = state[1];
    float c1 = (float) (1 - StrictMath.pow(beta1, step + 1.0));
    float c2 = (float) (1 - StrictMath.pow(beta2, step + 1.0));
    float rest1 = 1 - beta1;
    float rest2 = 1 - beta2;
    for (int i = from; i < to; i++) {
      float d = g[i] * scale + weightDecay * w[i];
      m[i] = beta1 * m[i] + rest1 * d;
      v[i] = beta2 * v[i] + rest2 * (d * d);
      float direction = (m[i] / c1) / ((float) Math.sqrt(v[i] / c2) + epsilon);
      next[i] = w[i] - learningRate * direction;
    }
  }
}
