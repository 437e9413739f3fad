package dev.yamabiko.data;

import dev.yamabiko.tensor.Philox;
import java.util.stream.IntStream;

/**
 * Which examples of one source train and which validate; both parts stay in the source's order. Of
 * n examples round(fraction * n) are held out: the last ones, or those that stand first in the
 * Fisher-Yates permutation (see {@link Sampler}) drawn from the stream {@code Philox.stream(seed,
 * SPLIT, 0, 0, 0)}.
 */
record HoldOut(int[] train, int[] validation) {

  static HoldOut split(String source, int n, double fraction, DataSpec.Split split, long seed) {
    if (!(fraction > 0 && fraction < 1)) {
      throw new DataException(
          "the validation fraction must lie between 0 and 1 but is " + fraction);
    }
    int held = (int) Math.round(fraction * n);
    if (held < 1 || held >= n) {
      throw new DataException(
          String.format(
              "%s: a validation fraction of %s holds out %d of %d examples; at least 1 must"
                  + " validate and at least 1 must train",
              source, fraction, held, n));
    }
    boolean[] isHeld = new boolean[n];
    if (split == DataSpec.Split.RANDOM) {
      int[] drawn = Sampler.permutation(Philox.stream(seed, Philox.Purpose.SPLIT, 0, 0, 0), n);
      for (int i = 0; i < held; i++) {
        isHeld[drawn[i]] = true;
      }
    } else {
      for (int i = n - held; i < n; i++) {
        isHeld[i] = true;
      }
    }
    return new HoldOut(
        IntStream.range(0, n).filter(i -> !isHeld[i]).toArray(),
        IntStream.range(0, n).filter(i -> isHeld[i]).toArray());
  }
}
