package dev.yamabiko.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yamabiko.optim.Schedule.Constant;
import dev.yamabiko.optim.Schedule.Cosine;
import dev.yamabiko.optim.Schedule.Exponential;
import dev.yamabiko.optim.Schedule.Step;
import dev.yamabiko.optim.Schedule.WarmUp;
import org.junit.jupiter.api.Test;

class ScheduleTest {

  private static final int PER_EPOCH = 4;
  private static final int STEPS = 40;

  private static void assertFactors(Schedule schedule, double... expected) {
    for (int step = 0; step < expected.length; step++) {
      assertEquals(
          expected[step], schedule.factor(step, PER_EPOCH, STEPS), 1e-12, "in step " + step);
    }
  }

  @Test
  void shouldStayWhenConstant() {
    assertFactors(new Constant(), 1, 1, 1);
  }

  @Test
  void shouldFallInStairsWhenStepping() {
    assertFactors(new Step(Period.steps(3), 0.5), 1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.125);
    double[] byEpoch = {1, 1, 1, 1, 1, 1, 1, 1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.01};
    assertFactors(new Step(Period.epochs(2), 0.1), byEpoch);
  }

  @Test
  void shouldFallALittleInEveryStepWhenExponential() {
    double root = Math.sqrt(0.25);
    assertFactors(
        new Exponential(Period.steps(2), 0.25), 1, root, 0.25, 0.25 * root, 0.0625, 0.0625 * root);
    Schedule byEpoch = new Exponential(Period.epochs(1), 0.5);
    for (int step = 0; step < STEPS; step++) {
      double expected = Math.exp(Math.log(0.5) * step / PER_EPOCH);
      assertEquals(expected, byEpoch.factor(step, PER_EPOCH, STEPS), 1e-12);
    }
  }

  @Test
  void shouldReachTheMinimumInTheLastStepWhenCosine() {
    for (int step = 0; step < STEPS; step++) {
      // cos^2(x / 2) = (1 + cos x) / 2.
      double half = Math.cos(Math.PI / 2 * step / (STEPS - 1));
      double expected = 0.1 + 0.9 * half * half;
      assertEquals(expected, new Cosine(0.1).factor(step, PER_EPOCH, STEPS), 1e-12);
    }
    assertEquals(1, new Cosine(0).factor(0, PER_EPOCH, STEPS));
    assertEquals(0, new Cosine(0).factor(STEPS - 1, PER_EPOCH, STEPS));
    assertEquals(1, new Cosine(0).factor(0, 1, 1));
  }

  @Test
  void shouldRiseEvenlyWhenWarmingUpAndThenBeginTheOtherSchedule() {
    assertFactors(
        new WarmUp(Period.steps(4), new Step(Period.steps(2), 0.5)),
        0.25,
        0.5,
        0.75,
        1,
        1,
        1,
        0.5,
        0.5,
        0.25);
    assertFactors(
        new WarmUp(Period.epochs(2), new Constant()),
        0.125,
        0.25,
        0.375,
        0.5,
        0.625,
        0.75,
        0.875,
        1,
        1,
        1);
    Schedule cosine = new WarmUp(Period.steps(9), new Cosine(0.2));
    assertEquals(1, cosine.factor(9, PER_EPOCH, STEPS));
    assertEquals(0.6, cosine.factor(24, PER_EPOCH, STEPS), 1e-12);
    assertEquals(0.2, cosine.factor(STEPS - 1, PER_EPOCH, STEPS), 1e-12);
  }

  @Test
  void shouldOnlyWarmUpWhenTheRunIsShorter() {
    assertEquals(0.4, new WarmUp(Period.steps(100), new Cosine(0)).factor(39, PER_EPOCH, STEPS));
  }
}
