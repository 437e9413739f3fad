package dev.yamabiko.tensor;

/**
 * bfloat16: the upper half of a float, with its exponent but 8 significant bits instead of 24. A
 * value of it is held as the float whose lower 16 bits are 0.
 *
 * <p>Rounding adds something below one unit in the last place, 2^16 of the float's bits, to the
 * magnitude, and cuts the lower half off. Of both kinds of rounding:
 *
 * <ul>
 *   <li>What is a bfloat16 already stays as it is, both zeros, infinities and every NaN too.
 *   <li>A finite value stays finite: what is larger than the largest bfloat16, {@value #LARGEST},
 *       becomes that.
 * </ul>
 */
public final class Bfloat16 {
  private Bfloat16() {}

  /** (2 - 2^-7) 2^127. */
  public static final float LARGEST = 0x1.FEp127f;

  private static final int LARGEST_BITS = 0x7F7F0000;
  private static final int INFINITY_BITS = 0x7F800000;
  private static final int UPPER = 0xFFFF0000;
  private static final int QUIET = 0x40;

  /** The nearest bfloat16; of two the one whose last bit is 0. */
  public static float nearest(float x) {
    int bits = Float.floatToRawIntBits(x);
    return Float.intBitsToFloat(round(bits, 0x7FFF + (bits >>> 16 & 1)));
  }

  /**
   * One of the two bfloat16 between which x lies, at random. With u the distance of the two, d that
   * of x from the one nearer to 0, and r uniform in 0..65535, it is the one farther from 0 where r
   * >= 65536 (1 - d / u). That has probability d / u exactly, so E[stochastic(x, r)] = x for every
   * |x| up to {@link #LARGEST}.
   *
   * @param random r
   */
  public static float stochastic(float x, int random) {
    return Float.intBitsToFloat(round(Float.floatToRawIntBits(x), random));
  }

  private static int round(int bits, int more) {
    int magnitude = bits & Integer.MAX_VALUE;
    if (magnitude < LARGEST_BITS) {
      return bits + more & UPPER;
    }
    return magnitude > INFINITY_BITS ? bits : bits & UPPER;
  }

  /** Rounds elements [from, to) to nearest. */
  public static void nearest(float[] x, int from, int to) {
    for (int i = from; i < to; i++) {
      x[i] = nearest(x[i]);
    }
  }

  /** The 16 bits of the nearest bfloat16; of a NaN those of a quiet one. */
  public static short bits(float x) {
    int upper = Float.floatToRawIntBits(nearest(x)) >>> 16;
    return (short) (Float.isNaN(x) ? upper | QUIET : upper);
  }

  /** The value of these 16 bits. */
  public static float of(short bits) {
    return Float.intBitsToFloat(bits << 16);
  }
}
