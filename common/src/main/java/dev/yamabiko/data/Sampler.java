package dev.yamabiko.data;

/** Placeholder until the data package lands. */
public final class Sampler {
  private Sampler() {}

  public static int[] order(long seed, long epoch, int n) {
    return java.util.stream.IntStream.range(0, n).toArray();
  }
}
