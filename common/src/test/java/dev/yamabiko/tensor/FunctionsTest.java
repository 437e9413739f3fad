package dev.yamabiko.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.MathContext;
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

  /** Maclaurin's series of erf in 60 digits, |x| < 5. */
  private static double erf(double x) {
    MathContext digits = new MathContext(60);
    BigDecimal square = new BigDecimal(x).pow(2, digits).negate();
    BigDecimal term = new BigDecimal(x);
    BigDecimal sum = term;
    for (int n = 1; term.abs().doubleValue() > 1e-40; n++) {
      term = term.multiply(square, digits).divide(BigDecimal.valueOf(n), digits);
      sum = sum.add(term.divide(BigDecimal.valueOf(2 * n + 1), digits), digits);
    }
    return 2 / Math.sqrt(Math.PI) * sum.doubleValue();
  }

  @Test
  void shouldComputeErfWithinItsStatedError() {
    // From the tables of the NIST handbook of mathematical functions, 7.23.
    assertEquals(0.8427007929497149, erf(1), 1e-15);
    for (int i = 0; i < 20_000; i++) {
      float x = (float) (i % 2 == 0 ? uniform(-4.5, 4.5) : uniform(-1, 1));
      double expected = erf(x);
      double error = Math.abs(Functions.erf(x) - expected) / Math.ulp((float) expected);
      assertTrue(error <= 1.5, () -> "error of " + error + " ulp at " + x);
    }
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
      assertEquals(Float.NaN, Functions.erf(nan));
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
    assertEquals(1f, Functions.erf(infinity));
    assertEquals(-1f, Functions.erf(-infinity));
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
    assertEquals(0f, Functions.erf(0f));
    assertEquals(-0f, Functions.erf(-0f));
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
