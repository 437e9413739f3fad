package dev.yamabiko.step;

/**
 * Names a multiset of samples: the sum, modulo 2^64, of a mixed word for each sample number, as
 * often as it occurs. Sums of parts add up to the whole's in any order, and one that is skipped,
 * repeated or exchanged for another changes the sum, but for one chance in 2^64. It finds mistakes,
 * not forgers.
 *
 * <p>Additive multiset hashing: Clarke, Devadas, van Dijk, Gassend and Suh, "Incremental multiset
 * hash functions and their application to memory integrity checking", ASIACRYPT 2003. The word is
 * the output function of SplitMix64: Steele, Lea and Flood, "Fast splittable pseudorandom number
 * generators", OOPSLA 2014.
 */
public final class SampleHash {

  private static final long GAMMA = 0x9E3779B97F4A7C15L;

  private SampleHash() {}

  /** Of one sample. */
  public static long of(long sample) {
    long z = (sample + 1) * GAMMA;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /** Of the samples 0 to n - 1, each once. */
  public static long ofAll(long n) {
    long sum = 0;
    for (long sample = 0; sample < n; sample++) {
      sum += of(sample);
    }
    return sum;
  }

  /** 16 hexadecimal digits. */
  public static String text(long hash) {
    return String.format("%016x", hash);
  }
}
