package dev.yamabiko.data;

import dev.yamabiko.tensor.Philox;

/** The order in which an epoch reads its examples. */
public final class Sampler {

  private Sampler() {}

  /**
   * The permutation of 0..n-1 for one epoch, a pure function of its arguments. It is the shuffle of
   * Fisher and Yates in Durstenfeld's form: start from a[i] = i; for i = n-1 down to 1 draw j =
   * {@code nextInt(i + 1)} from the stream {@code Philox.stream(seed, SHUFFLE, 0, epoch, 0)} and
   * swap a[i] with a[j].
   *
   * @param epoch 0-based, below 2^32
   */
  public static int[] order(long seed, long epoch, int n) {
    return permutation(Philox.stream(seed, Philox.Purpose.SHUFFLE, 0, epoch, 0), n);
  }

  static int[] permutation(Philox random, int n) {
    int[] a = new int[n];
    for (int i = 0; i < n; i++) {
      a[i] = i;
    }
    for (int i = n - 1; i >= 1; i--) {
      int j = random.nextInt(i + 1);
      int swapped = a[i];
      a[i] = a[j];
      a[j] = swapped;
    }
    return a;
  }
}
