package dev.yamabiko.tensor;

/**
 * exp, log, tanh, sigmoid and erf as fixed chains of float operations and {@code Math.fma}, so that
 * their bits are the same on every machine. The polynomials are those of S. Moshier's Cephes
 * library (single/expf.c, logf.c, tanhf.c), but for erf's.
 *
 * <p>NaN gives NaN. The vector kernels, which have no erf, run the same chains, bit for bit.
 */
public final class Functions {
  private Functions() {}

  /** The constants of the chains, shared with the vector form. */
  public static final class Coefficients {
    private Coefficients() {}

    /** log2(e). */
    public static final float LOG2_E = 1.44269504088896341f;

    /** log(2) in two parts; the first has so few bits that n * LN2_HIGH is exact. */
    public static final float LN2_HIGH = 0.693359375f;

    public static final float LN2_LOW = -2.12194440e-4f;

    /** 1.5 * 2^23: adding it leaves the nearest integer in the low bits. */
    public static final float TO_INTEGER = 0x1.8p23f;

    /** Below this exp is 0, so there is no use in going further. */
    public static final float EXP_LOWEST = -104f;

    /** Above this exp is infinite. */
    public static final float EXP_HIGHEST = 89f;

    public static final float EXP_0 = 1.9875691500e-4f;
    public static final float EXP_1 = 1.3981999507e-3f;
    public static final float EXP_2 = 8.3334519073e-3f;
    public static final float EXP_3 = 4.1665795894e-2f;
    public static final float EXP_4 = 1.6666665459e-1f;
    public static final float EXP_5 = 5.0000001201e-1f;

    /** tanh is a polynomial below this and goes through exp above. */
    public static final float TANH_SMALL = 0.625f;

    public static final float TANH_0 = -5.70498872745e-3f;
    public static final float TANH_1 = 2.06390887954e-2f;
    public static final float TANH_2 = -5.37397155531e-2f;
    public static final float TANH_3 = 1.33314422036e-1f;
    public static final float TANH_4 = -3.33332819422e-1f;
  }

  private static final float LOG_0 = 7.0376836292e-2f;
  private static final float LOG_1 = -1.1514610310e-1f;
  private static final float LOG_2 = 1.1676998740e-1f;
  private static final float LOG_3 = -1.2420140846e-1f;
  private static final float LOG_4 = 1.4249322787e-1f;
  private static final float LOG_5 = -1.6668057665e-1f;
  private static final float LOG_6 = 2.0000714765e-1f;
  private static final float LOG_7 = -2.4999993993e-1f;
  private static final float LOG_8 = 3.3333331174e-1f;
  private static final int SQRT_HALF_BITS = 0x3f3504f3;

  /** erf is a polynomial below this and goes through exp above. */
  private static final float ERF_SMALL = 0.921875f;

  /** From here on erf is 1 in 32 bits. */
  private static final float ERF_LARGEST = 4f;

  private static final float ERF_0 = -0.00059908367f;
  private static final float ERF_1 = 0.0049931766f;
  private static final float ERF_2 = -0.026766613f;
  private static final float ERF_3 = 0.11281816f;
  private static final float ERF_4 = -0.37612495f;
  private static final float ERF_5 = 0.12837915f;
  private static final float ERFC_0 = -1.1303467e-05f;
  private static final float ERFC_1 = 0.00032352583f;
  private static final float ERFC_2 = -0.0036453933f;
  private static final float ERFC_3 = 0.023768267f;
  private static final float ERFC_4 = -0.10624407f;
  private static final float ERFC_5 = -0.635147f;
  private static final float ERFC_6 = -0.1286496f;

  /**
   * e^x = 2^n * (1 + r + r^2 P(r)), n = nearest integer of x / log 2, r = x - n log 2, P of degree
   * 5.
   *
   * <p>The error is below 1.1 ulp, subnormal results included (largest over every 17th float:
   * 1.01); 0 below -103.98, infinity above 88.73.
   */
  public static float exp(float x) {
    float clamped = Math.min(Math.max(x, Coefficients.EXP_LOWEST), Coefficients.EXP_HIGHEST);
    float shifted = Math.fma(clamped, Coefficients.LOG2_E, Coefficients.TO_INTEGER);
    int n = Float.floatToRawIntBits(shifted) - Float.floatToRawIntBits(Coefficients.TO_INTEGER);
    float k = shifted - Coefficients.TO_INTEGER;
    float r = Math.fma(k, -Coefficients.LN2_HIGH, clamped);
    r = Math.fma(k, -Coefficients.LN2_LOW, r);
    float p = Math.fma(Coefficients.EXP_0, r, Coefficients.EXP_1);
    p = Math.fma(p, r, Coefficients.EXP_2);
    p = Math.fma(p, r, Coefficients.EXP_3);
    p = Math.fma(p, r, Coefficients.EXP_4);
    p = Math.fma(p, r, Coefficients.EXP_5);
    p = Math.fma(p, r * r, r) + 1f;
    // Two steps, because 2^n itself may be no normal float; a NaN stays one through the products.
    int half = n >> 1;
    return p * powerOfTwo(half) * powerOfTwo(n - half);
  }

  private static float powerOfTwo(int n) {
    return Float.intBitsToFloat((n + 127) << 23);
  }

  /**
   * log x = n log 2 + m - m^2/2 + m^3 P(m), where x = 2^n (1 + m), 1 + m in [sqrt(1/2), sqrt(2)), P
   * of degree 8.
   *
   * <p>The error is below 1 ulp (largest over every 17th float: 0.82). Zero gives -infinity, a
   * negative number NaN.
   */
  public static float log(float x) {
    if (!(x > 0f)) {
      return x == 0f ? Float.NEGATIVE_INFINITY : Float.NaN;
    }
    if (x == Float.POSITIVE_INFINITY) {
      return x;
    }
    boolean subnormal = x < Float.MIN_NORMAL;
    int bits = Float.floatToRawIntBits(subnormal ? x * 0x1p23f : x) - SQRT_HALF_BITS;
    float n = (bits >> 23) - (subnormal ? 23 : 0);
    float m = Float.intBitsToFloat((bits & 0x7fffff) + SQRT_HALF_BITS) - 1f;
    float p = Math.fma(LOG_0, m, LOG_1);
    p = Math.fma(p, m, LOG_2);
    p = Math.fma(p, m, LOG_3);
    p = Math.fma(p, m, LOG_4);
    p = Math.fma(p, m, LOG_5);
    p = Math.fma(p, m, LOG_6);
    p = Math.fma(p, m, LOG_7);
    p = Math.fma(p, m, LOG_8);
    float square = m * m;
    float y = p * m * square;
    y = Math.fma(n, Coefficients.LN2_LOW, y);
    y = Math.fma(-0.5f, square, y);
    return Math.fma(n, Coefficients.LN2_HIGH, m + y);
  }

  /**
   * tanh x = x + x^3 P(x^2) for |x| < 0.625, P of degree 4; else 1 - 2 / (exp(2|x|) + 1) with the
   * sign of x.
   *
   * <p>The error is below 1.5 ulp (largest over every 17th float: 1.31).
   */
  public static float tanh(float x) {
    float a = Math.abs(x);
    float square = x * x;
    float p = Math.fma(Coefficients.TANH_0, square, Coefficients.TANH_1);
    p = Math.fma(p, square, Coefficients.TANH_2);
    p = Math.fma(p, square, Coefficients.TANH_3);
    p = Math.fma(p, square, Coefficients.TANH_4);
    float small = Math.fma(p * square, a, a);
    float large = 1f - 2f / (exp(a + a) + 1f);
    return Math.copySign(a < Coefficients.TANH_SMALL ? small : large, x);
  }

  /**
   * 1 / (1 + exp(-x)).
   *
   * <p>The error is below 2.5 ulp where the result is a normal number, x above -87.3 (largest over
   * every 17th float: 2.43); below -88.73 the result is 0.
   */
  public static float sigmoid(float x) {
    return 1f / (1f + exp(-x));
  }

  /**
   * erf x = x + x P(x^2) for |x| < 0.921875, P of degree 5; else 1 - exp(|x| Q(|x|)) with the sign
   * of x, Q of degree 6. P and Q are least maximum fits of erf and of log(1 - erf) over those
   * ranges.
   *
   * <p>The error is below 1.5 ulp.
   */
  public static float erf(float x) {
    float a = Math.abs(x);
    float square = x * x;
    float p = Math.fma(ERF_0, square, ERF_1);
    p = Math.fma(p, square, ERF_2);
    p = Math.fma(p, square, ERF_3);
    p = Math.fma(p, square, ERF_4);
    p = Math.fma(p, square, ERF_5);
    float small = Math.fma(p, a, a);
    float t = Math.min(a, ERF_LARGEST);
    float q = Math.fma(ERFC_0, t, ERFC_1);
    q = Math.fma(q, t, ERFC_2);
    q = Math.fma(q, t, ERFC_3);
    q = Math.fma(q, t, ERFC_4);
    q = Math.fma(q, t, ERFC_5);
    q = Math.fma(q, t, ERFC_6);
    // Q's last coefficient is -1 + ERFC_6, in two parts, so that the larger one is exact.
    float large = 1f - exp(Math.fma(q, t, -t));
    return Math.copySign(a < ERF_SMALL ? small : large, x);
  }
}
