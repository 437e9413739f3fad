package dev.yamabiko.optim;

/**
 * Adam with decoupled weight decay: m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2; w'
 * = w - rate ((m / c1) / (sqrt(v / c2) + epsilon) + decay w), with c1 = 1 - beta1^t, c2 = 1 -
 * beta2^t and t = step + 1. Unlike {@link Adam}'s, the decay does not pass through m and v.
 *
 * <p>Loshchilov and Hutter, "Decoupled weight decay regularization", ICLR 2019, algorithm 2; here
 * the rate, schedule included, multiplies the decay too, so that decay keeps its meaning with every
 * rate.
 */
public record AdamW(float learningRate, float beta1, float beta2, float epsilon, float weightDecay)
    implements Optimizer {

  public static final float DEFAULT_WEIGHT_DECAY = 0.01f;

  @Override
  public String kind() {
    return "adamw";
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
      float d = g[i] * scale;
      m[i] = beta1 * m[i] + rest1 * d;
      v[i] = beta2 * v[i] + rest2 * (d * d);
      float direction = (m[i] / c1) / ((float) Math.sqrt(v[i] / c2) + epsilon);
      next[i] = w[i] - learningRate * (direction + weightDecay * w[i]);
    }
  }
}
