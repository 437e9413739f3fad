package dev.yamabiko.tensor;

/**
 * Philox4x32-10, the counter-based generator of Salmon, Moraes, Dror and Shaw, "Parallel random
 * numbers: as easy as 1, 2, 3" (SC 2011). A stream is a pure function of its key: (seed, purpose,
 * layer or column, step or epoch, sample). Two streams with different keys never share a block, so
 * nobody has to draw in any order.
 */
public final class Philox {

  /** What random numbers are for. Part of the key, so numbers once given out are never reused. */
  public enum Purpose {
    INITIALIZE,
    SHUFFLE,
    SPLIT,
    GENERATE,
    DROPOUT,
    AUGMENT,
    GRADIENT_CHECK,
    ROUND,
    SWEEP;

    /** The counter's second word, of layer 0. */
    public int word() {
      return ordinal() << 24;
    }
  }

  private static final int M0 = 0xD2511F53;
  private static final int M1 = 0xCD9E8D57;
  private static final int W0 = 0x9E3779B9;
  private static final int W1 = 0xBB67AE85;
  private static final int MAX_LAYER = 0xFFFFFF;

  private final int key0;
  private final int key1;
  private int purposeAndLayer;
  private int step;
  private int sample;
  private final int[] block = new int[4];
  private int counter;
  private int used = 4;
  private double spareGaussian = Double.NaN;

  private Philox(long seed) {
    key0 = (int) seed;
    key1 = (int) (seed >>> 32);
  }

  /** Becomes another stream of the same seed, at its beginning; returns this object. */
  public Philox restart(Purpose purpose, int layer, long ofStep, long ofSample) {
    if (layer < 0 || layer > MAX_LAYER) {
      throw new IllegalArgumentException("layer out of range: " + layer);
    }
    purposeAndLayer = purpose.word() | layer;
    step = word(ofStep);
    sample = word(ofSample);
    counter = 0;
    used = 4;
    spareGaussian = Double.NaN;
    return this;
  }

  private static int word(long value) {
    if (value < 0 || value > 0xFFFFFFFFL) {
      throw new IllegalArgumentException("must fit 32 bits: " + value);
    }
    return (int) value;
  }

  public static Philox stream(long seed, Purpose purpose, int layer, long step, long sample) {
    return new Philox(seed).restart(purpose, layer, step, sample);
  }

  /**
   * One block of the raw function: counter (4 words) and key (2 words) to 4 words in {@code out}.
   */
  static void block(int c0, int c1, int c2, int c3, int k0, int k1, int[] out) {
    for (int round = 0; round < 10; round++) {
      long p0 = (M0 & 0xFFFFFFFFL) * (c0 & 0xFFFFFFFFL);
      long p1 = (M1 & 0xFFFFFFFFL) * (c2 & 0xFFFFFFFFL);
      int n0 = (int) (p1 >>> 32) ^ c1 ^ k0;
      int n2 = (int) (p0 >>> 32) ^ c3 ^ k1;
      c1 = (int) p1;
      c3 = (int) p0;
      c0 = n0;
      c2 = n2;
      k0 += W0;
      k1 += W1;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
  }

  /**
   * The stream's blocks from number {@code first} on, four words each, as many as fit {@code out}.
   */
  static void blocks(long seed, Purpose purpose, long ofStep, long ofSample, int first, int[] out) {
    Philox stream = stream(seed, purpose, 0, ofStep, ofSample);
    for (int i = 0; i < out.length; i += 4) {
      int c0 = first + i / 4;
      block(
          c0,
          stream.purposeAndLayer,
          stream.step,
          stream.sample,
          stream.key0,
          stream.key1,
          stream.block);
      System.arraycopy(stream.block, 0, out, i, 4);
    }
  }

  public int nextInt() {
    if (used == 4) {
      block(counter++, purposeAndLayer, step, sample, key0, key1, block);
      used = 0;
    }
    return block[used++];
  }

  public long nextLong() {
    long high = nextInt();
    return high << 32 | nextInt() & 0xFFFFFFFFL;
  }

  /** Uniform in 0..bound-1 (multiply and shift of 63 bits; the bias is below bound / 2^63). */
  public int nextInt(int bound) {
    if (bound < 1) {
      throw new IllegalArgumentException("bound must be at least 1 but got " + bound);
    }
    return (int) Math.multiplyHigh(nextLong() >>> 1, (long) bound << 1);
  }

  /** Uniform in [0, 1), a multiple of 2^-24. */
  public float nextFloat() {
    return (nextInt() >>> 8) * 0x1p-24f;
  }

  /** Uniform in [0, 1), a multiple of 2^-53. */
  public double nextDouble() {
    return (nextLong() >>> 11) * 0x1p-53;
  }

  /** Normal with mean 0 and deviation 1, by Box and Muller (1958), on {@code StrictMath}. */
  public double nextGaussian() {
    if (!Double.isNaN(spareGaussian)) {
      double spare = spareGaussian;
      spareGaussian = Double.NaN;
      return spare;
    }
    double radius = Math.sqrt(-2 * StrictMath.log(1 - nextDouble()));
    double angle = 2 * Math.PI * nextDouble();
    spareGaussian = radius * StrictMath.sin(angle);
    return radius * StrictMath.cos(angle);
  }
}
