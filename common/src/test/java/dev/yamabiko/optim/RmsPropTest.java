package dev.yamabiko.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class RmsPropTest {

  private static final int N = 37;
  private static final int STEPS = 25;

  private static void assertFormula(double alpha, double momentum, double decay) {
    double rate = 0.01;
    double epsilon = 1e-3;
    RmsProp rmsProp =
        new RmsProp((float) rate, (float) alpha, (float) epsilon, (float) momentum, (float) decay);
    float[] actual = Trajectory.run(rmsProp, 8, N, STEPS);
    float[] start = Trajectory.weights(8, N);
    for (int i = 0; i < N; i++) {
      double w = start[i];
      double meanSquare = 0;
      double velocity = 0;
      for (int step = 0; step < STEPS; step++) {
        double d = Trajectory.gradient(8, step, N)[i] + decay * w;
        meanSquare += (1 - alpha) * (d * d - meanSquare);
        velocity = momentum * velocity + d / (Math.sqrt(meanSquare) + epsilon);
        w -= rate * velocity;
      }
      // Float against double over updates of up to 0.1 each, which momentum adds up.
      assertEquals(w, actual[i], 2e-5, "element " + i);
    }
  }

  @Test
  void shouldFollowFormula() {
    assertFormula(0.99, 0, 0);
    assertFormula(0.9, 0, 0.1);
  }

  @Test
  void shouldFollowFormulaWithMomentum() {
    assertFormula(0.99, 0.9, 0);
    assertFormula(0.9, 0.5, 0.05);
  }

  @Test
  void shouldKeepVelocityOnlyWhenItHasMomentum() {
    assertEquals(1, new RmsProp(0.01f, 0.99f, 1e-8f, 0, 0).stateVectors());
    assertEquals(2, new RmsProp(0.01f, 0.99f, 1e-8f, 0.5f, 0).stateVectors());
  }

  @Test
  void shouldMoveByTenTimesTheRateInTheFirstStepWhateverTheGradient() {
    // v = 0.01 g^2, so g / sqrt(v) = 10.
    for (float gradient : new float[] {1e-2f, 1, 1e6f, -5}) {
      float[] next = new float[1];
      new RmsProp(0.01f, 0.99f, 1e-8f, 0, 0)
          .step(0, 0.01f, 0, 1, new float[1], next, new float[] {gradient}, 1, new float[1][1]);
      assertEquals(-0.1 * Math.signum(gradient), next[0], 1e-5);
    }
  }

  @Test
  void shouldComeNearTheMinimumOfParabola() {
    RmsProp rmsProp = new RmsProp(0.001f, 0.99f, 1e-8f, 0, 0);
    assertEquals(3, Trajectory.descendParabola(rmsProp, 2, 3, 2, 4000), 2e-3);
  }
}
