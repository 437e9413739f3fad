package dev.yamabiko.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class Bfloat16Test {

  private static final int INFINITY = 0x7F800000;

  private static float value(int bits) {
    return Float.intBitsToFloat(bits);
  }

  private static void assertSameBits(float expected, float actual) {
    assertEquals(
        Integer.toHexString(Float.floatToRawIntBits(expected)),
        Integer.toHexString(Float.floatToRawIntBits(actual)));
  }

  /** The one nearer to 0 of the two bfloat16 between which x lies. */
  private static float inner(float x) {
    return value(Float.floatToRawIntBits(x) & 0xFFFF0000);
  }

  /** The other one; may be infinite. */
  private static float outer(float x) {
    return value((Float.floatToRawIntBits(x) & 0xFFFF0000) + 0x10000);
  }

  /** d / u of the definition, exactly. */
  private static BigDecimal fraction(float x) {
    BigDecimal inner = new BigDecimal(inner(x));
    BigDecimal gap =
        outer(x) == Float.POSITIVE_INFINITY || outer(x) == Float.NEGATIVE_INFINITY
            ? new BigDecimal(Math.scalb(1.0, 120)).multiply(BigDecimal.valueOf(Math.signum(x)))
            : new BigDecimal(outer(x)).subtract(inner);
    return new BigDecimal(x).subtract(inner).divide(gap);
  }

  @Property(tries = 5000)
  void shouldRoundAtRandomAsDefined(@ForAll int bits, @ForAll @IntRange(max = 0xFFFF) int random) {
    float x = value(bits);
    if (!Float.isFinite(x)) {
      assertSameBits(x, Bfloat16.stochastic(x, random));
      return;
    }
    BigDecimal threshold =
        BigDecimal.ONE.subtract(fraction(x)).multiply(BigDecimal.valueOf(1 << 16));
    boolean out =
        Math.abs(x) <= Bfloat16.LARGEST && threshold.compareTo(BigDecimal.valueOf(random)) <= 0;
    assertSameBits(out ? outer(x) : inner(x), Bfloat16.stochastic(x, random));
  }

  @Property(tries = 5000)
  void shouldRoundToNearestAsDefined(@ForAll int bits) {
    float x = value(bits);
    if (!Float.isFinite(x)) {
      assertSameBits(x, Bfloat16.nearest(x));
      return;
    }
    int side = fraction(x).compareTo(new BigDecimal("0.5"));
    boolean odd = (Float.floatToRawIntBits(x) & 0x10000) != 0;
    boolean out = Math.abs(x) <= Bfloat16.LARGEST && (side > 0 || side == 0 && odd);
    assertSameBits(out ? outer(x) : inner(x), Bfloat16.nearest(x));
  }

  /** Every bfloat16 that there is, whatever the random number. */
  @Test
  void shouldLeaveWhatIsABfloat16AndFindItAgainInItsSixteenBits() {
    for (int upper = 0; upper < 1 << 16; upper++) {
      float x = value(upper << 16);
      assertSameBits(x, Bfloat16.nearest(x));
      assertSameBits(x, Bfloat16.stochastic(x, 0xFFFF));
      assertSameBits(x, Bfloat16.of((short) upper));
      if (Float.isNaN(x)) {
        assertTrue(Float.isNaN(Bfloat16.of(Bfloat16.bits(x))));
      } else {
        assertEquals((short) upper, Bfloat16.bits(x));
      }
    }
  }

  /** Exactly: over all random numbers the mean is x. */
  @Test
  void shouldBeRightOnAverageOverAllRandomNumbers() {
    for (float x : new float[] {1.00123f, -0.33333334f, 3e38f, -1e-40f, Float.MIN_VALUE, 65537f}) {
      double sum = 0;
      for (int random = 0; random < 1 << 16; random++) {
        sum += Bfloat16.stochastic(x, random);
      }
      assertEquals(x, sum / (1 << 16), Math.abs(x) * 1e-12, "" + x);
    }
  }

  @Test
  void shouldKeepFiniteWhatIsFiniteAndTheOthersAsTheyAre() {
    for (float sign : new float[] {1, -1}) {
      for (float x : new float[] {Float.MAX_VALUE, Math.nextUp(Bfloat16.LARGEST)}) {
        assertSameBits(sign * Bfloat16.LARGEST, Bfloat16.stochastic(sign * x, 0xFFFF));
        assertSameBits(sign * Bfloat16.LARGEST, Bfloat16.nearest(sign * x));
      }
      assertSameBits(
          sign * Bfloat16.LARGEST, Bfloat16.stochastic(sign * Math.nextDown(Bfloat16.LARGEST), 1));
      assertSameBits(sign * value(INFINITY), Bfloat16.nearest(sign * value(INFINITY)));
    }
    // A NaN whose upper half alone would be an infinity.
    float nan = value(INFINITY + 1);
    assertSameBits(nan, Bfloat16.stochastic(nan, 0xFFFF));
    assertTrue(Float.isNaN(Bfloat16.of(Bfloat16.bits(nan))));
  }
}
