package dev.yamabiko.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class AdamTest {

  private static final int N = 37;
  private static final int STEPS = 25;

  /** Float against double over {@link #STEPS} updates of at most 0.05 each. */
  private static final double TOLERANCE = 5e-6;

  @Test
  void shouldFollowFormula() {
    assertFormula(0.9, 0.999, 0);
  }

  @Test
  void shouldFollowFormulaWhenDecaying() {
    assertFormula(0.9, 0.999, 0.1);
  }

  @Test
  void shouldFollowFormulaWithOtherBetas() {
    assertFormula(0.5, 0.9, 0.01);
  }

  private static void assertFormula(double beta1, double beta2, double decay) {
    double rate = 0.05;
    double epsilon = 1e-8;
    Adam adam =
        new Adam((float) rate, (float) beta1, (float) beta2, (float) epsilon, (float) decay);
    float[] actual = Trajectory.run(adam, 6, N, STEPS);
    float[] start = Trajectory.weights(6, N);
    for (int i = 0; i < N; i++) {
      double w = start[i];
      double m = 0;
      double v = 0;
      for (int t = 1; t <= STEPS; t++) {
        double d = Trajectory.gradient(6, t - 1, N)[i] + decay * w;
        m = beta1 * m + (1 - beta1) * d;
        v = beta2 * v + (1 - beta2) * d * d;
        double mHat = m / (1 - Math.pow(beta1, t));
        double vHat = v / (1 - Math.pow(beta2, t));
        w -= rate * mHat / (Math.sqrt(vHat) + epsilon);
      }
      assertEquals(w, actual[i], TOLERANCE, "element " + i);
    }
  }

  @Test
  void shouldMoveByTheLearningRateInFirstStepWhateverTheGradient() {
    Adam adam = new Adam(0.01f, 0.9f, 0.999f, 1e-8f, 0);
    for (float gradient : new float[] {1e-3f, 1, 1e6f, -5}) {
      float[] next = new float[1];
      float[][] state = new float[2][1];
      adam.step(0, 0.01f, 0, 1, new float[1], next, new float[] {gradient}, 1, state);
      assertEquals(-0.01 * Math.signum(gradient), next[0], 1e-6);
    }
  }

  @Test
  void shouldReachMinimumOfParabola() {
    Adam adam = new Adam(0.05f, 0.9f, 0.999f, 1e-8f, 0);
    assertEquals(3, Trajectory.descendParabola(adam, 2, 3, -4, 2000), 1e-3);
  }

  @Test
  void shouldStopShortOfMinimumWhenDecaying() {
    Adam adam = new Adam(0.05f, 0.9f, 0.999f, 1e-8f, 1);
    assertEquals(2, Trajectory.descendParabola(adam, 2, 3, -4, 2000), 1e-3);
  }
}
