package dev.yamabiko.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import org.junit.jupiter.api.Test;

class AdamWTest {

  private static final int N = 37;
  private static final int STEPS = 25;

  /** Float against double over {@link #STEPS} updates of at most 0.05 each. */
  private static final double TOLERANCE = 5e-6;

  /** Algorithm 2 of the paper, its schedule multiplier taken for the rate. */
  private static void assertFormula(double beta1, double beta2, double decay) {
    double rate = 0.05;
    double epsilon = 1e-8;
    AdamW adam =
        new AdamW((float) rate, (float) beta1, (float) beta2, (float) epsilon, (float) decay);
    float[] actual = Trajectory.run(adam, 6, N, STEPS);
    float[] start = Trajectory.weights(6, N);
    for (int i = 0; i < N; i++) {
      double theta = start[i];
      double m = 0;
      double v = 0;
      for (int t = 1; t <= STEPS; t++) {
        double g = Trajectory.gradient(6, t - 1, N)[i];
        m = beta1 * m + (1 - beta1) * g;
        v = beta2 * v + (1 - beta2) * g * g;
        double mHat = m / (1 - Math.pow(beta1, t));
        double vHat = v / (1 - Math.pow(beta2, t));
        theta = theta * (1 - rate * decay) - rate * mHat / (Math.sqrt(vHat) + epsilon);
      }
      assertEquals(theta, actual[i], TOLERANCE, "element " + i);
    }
  }

  @Test
  void shouldFollowFormula() {
    assertFormula(0.9, 0.999, 0.01);
    assertFormula(0.5, 0.9, 0.3);
  }

  @Test
  void shouldBeAdamOnlyWithoutDecay() {
    float[] adam = Trajectory.run(new Adam(0.05f, 0.9f, 0.999f, 1e-8f, 0), 6, N, STEPS);
    float[] adamW = Trajectory.run(new AdamW(0.05f, 0.9f, 0.999f, 1e-8f, 0), 6, N, STEPS);
    for (int i = 0; i < N; i++) {
      assertEquals(adam[i], adamW[i], TOLERANCE);
    }
    float[] decayed = Trajectory.run(new Adam(0.05f, 0.9f, 0.999f, 1e-8f, 0.3f), 6, N, STEPS);
    float[] decoupled = Trajectory.run(new AdamW(0.05f, 0.9f, 0.999f, 1e-8f, 0.3f), 6, N, STEPS);
    assertNotEquals(decayed[0], decoupled[0], 1e-3);
  }

  @Test
  void shouldReachMinimumOfParabola() {
    AdamW adam = new AdamW(0.05f, 0.9f, 0.999f, 1e-8f, 0);
    assertEquals(3, Trajectory.descendParabola(adam, 2, 3, -4, 2000), 1e-3);
  }
}
