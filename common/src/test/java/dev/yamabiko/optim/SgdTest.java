package dev.yamabiko.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class SgdTest {

  private static final int N = 37;
  private static final int STEPS = 12;

  /** Float against double over {@link #STEPS} updates of values of size 1. */
  private static final double TOLERANCE = 5e-6;

  @Test
  void shouldFollowFormulaWhenPlain() {
    assertFormula(0, false, 0);
  }

  @Test
  void shouldFollowFormulaWhenDecaying() {
    assertFormula(0, false, 0.01);
  }

  @Test
  void shouldFollowFormulaWithMomentum() {
    assertFormula(0.9, false, 0);
  }

  @Test
  void shouldFollowFormulaWithMomentumAndDecay() {
    assertFormula(0.9, false, 0.01);
  }

  @Test
  void shouldFollowFormulaWithNesterovMomentum() {
    assertFormula(0.9, true, 0);
  }

  @Test
  void shouldFollowFormulaWithNesterovMomentumAndDecay() {
    assertFormula(0.8, true, 0.05);
  }

  private static void assertFormula(double momentum, boolean nesterov, double decay) {
    double rate = 0.1;
    Sgd sgd = new Sgd((float) rate, (float) momentum, nesterov, (float) decay);
    float[] actual = Trajectory.run(sgd, 5, N, STEPS);
    float[] start = Trajectory.weights(5, N);
    for (int i = 0; i < N; i++) {
      double w = start[i];
      double v = 0;
      for (int step = 0; step < STEPS; step++) {
        double d = Trajectory.gradient(5, step, N)[i] + decay * w;
        v = momentum * v + d;
        w -= rate * (nesterov ? d + momentum * v : v);
      }
      assertEquals(w, actual[i], TOLERANCE, "element " + i);
    }
  }

  @Test
  void shouldKeepStateOnlyWhenItHasMomentum() {
    assertEquals(0, new Sgd(0.1f, 0, false, 0).stateVectors());
    assertEquals(1, new Sgd(0.1f, 0.9f, false, 0).stateVectors());
  }

  @Test
  void shouldUseTheRateItIsGiven() {
    Sgd sgd = new Sgd(0.1f, 0, false, 0);
    float[] next = new float[1];
    sgd.step(0, 0.5f, 0, 1, new float[] {1}, next, new float[] {1}, 1, new float[0][]);
    assertEquals(0.5f, next[0]);
  }

  @Test
  void shouldReachMinimumOfParabola() {
    assertEquals(3, Trajectory.descendParabola(new Sgd(0.1f, 0, false, 0), 2, 3, -4, 200), 1e-5);
    assertEquals(
        3, Trajectory.descendParabola(new Sgd(0.02f, 0.9f, false, 0), 2, 3, -4, 500), 1e-5);
    assertEquals(3, Trajectory.descendParabola(new Sgd(0.02f, 0.9f, true, 0), 2, 3, -4, 500), 1e-5);
  }

  @Test
  void shouldStopShortOfMinimumWhenDecaying() {
    // The minimum of (w - 3)^2 + 1/2 |w|^2 is at 2.
    Sgd sgd = new Sgd(0.1f, 0, false, 1);
    assertEquals(2, Trajectory.descendParabola(sgd, 2, 3, -4, 200), 1e-5);
  }
}
