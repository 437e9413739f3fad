package dev.yamabiko.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.function.DoubleSupplier;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

class FunctionsTest {

  private static final int SAMPLES = 1_000_000;
  private final Random random = new Random(7);

  private interface FloatFunction {
    float apply(float x);
  }

  /** Distance from the true value in units of the last place of the float nearest to it. */
  private static void assertError(
      double bound, FloatFunction f, DoubleUnaryOperator exact, DoubleSupplier arguments) {
    for (int i = 0; i < SAMPLES; i++) {
      float x = (float) arguments.getAsDouble();
      double expected = exact.applyAsDouble(x);
      double error = Math.abs(f.apply(x) - expected) / Math.ulp((float) expected);
      assertTrue(error <= bound, () -> "error of " + error + " ulp at " + x);
    }
  }

  @Test
  void shouldComputeExpWithinItsStatedError() {
    assertError(1.1, Functions::exp, StrictMath::exp, () -> uniform(-103.9, 88.7));
    assertError(1.1, Functions::exp, StrictMath::exp, () -> random.nextGaussian());
  }

  @Test
  void shouldComputeLogWithinItsStatedError() {
    assertError(1, Functions::log, StrictMath::log, () -> StrictMath.exp(uniform(-103, 88)));
    assertError(1, Functions::log, StrictMath::log, () -> uniform(0.5, 2));
  }

  @Test
  void shouldComputeTanhWithinItsStatedError() {
    assertError(1.5, Functions::tanh, StrictMath::tanh, () -> uniform(-10, 10));
    assertError(1.5, Functions::tanh, StrictMath::tanh, () -> uniform(-0.7, 0.7));
  }

  @Test
  void shouldComputeSigmoidWithinItsStatedError() {
    assertError(
        2.5, Functions::sigmoid, x -> 1 / (1 + StrictMath.exp(-x)), () -> uniform(-87.3, 20));
    assertError(2.5, Functions::sigmoid, x -> 1 / (1 + StrictMath.exp(-x)), () -> uniform(-5, 5));
  }

  private double uniform(double low, double high) {
    return low + (high - low) * random.nextDouble();
  }

  @Test
  void shouldPassNaNOn() {
    for (int bits : new int[] {0x7fc00000, 0x7f800001, 0xffc12345}) {
      float nan = Float.intBitsToFloat(bits);
      assertEquals(Float.NaN, Functions.exp(nan));
      assertEquals(Float.NaN, Functions.log(nan));
      assertEquals(Float.NaN, Functions.tanh(nan));
      assertEquals(Float.NaN, Functions.sigmoid(nan));
    }
  }

  @Test
  void shouldReachTheLimitsAtInfinity() {
    float infinity = Float.POSITIVE_INFINITY;
    assertEquals(infinity, Functions.exp(infinity));
    assertEquals(infinity, Functions.exp(Float.MAX_VALUE));
    assertEquals(0f, Functions.exp(-infinity));
    assertEquals(0f, Functions.exp(-Float.MAX_VALUE));
    assertEquals(infinity, Functions.log(infinity));
    assertEquals(1f, Functions.tanh(infinity));
    assertEquals(-1f, Functions.tanh(-infinity));
    assertEquals(1f, Functions.sigmoid(infinity));
    assertEquals(0f, Functions.sigmoid(-infinity));
  }

  @Test
  void shouldBeExactAtZeroAndOne() {
    assertEquals(1f, Functions.exp(0f));
    assertEquals(1f, Functions.exp(-0f));
    assertEquals(0f, Functions.log(1f));
    assertEquals(Float.NEGATIVE_INFINITY, Functions.log(0f));
    assertEquals(Float.NEGATIVE_INFINITY, Functions.log(-0f));
    assertEquals(0f, Functions.tanh(0f));
    assertEquals(-0f, Functions.tanh(-0f));
    assertEquals(0.5f, Functions.sigmoid(0f));
  }

  @Test
  void shouldRefuseLogarithmsOfNegativeNumbers() {
    assertEquals(Float.NaN, Functions.log(-1f));
    assertEquals(Float.NaN, Functions.log(-Float.MIN_VALUE));
    assertEquals(Float.NaN, Functions.log(Float.NEGATIVE_INFINITY));
  }
}
