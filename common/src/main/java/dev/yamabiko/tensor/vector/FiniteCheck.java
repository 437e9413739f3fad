package dev.yamabiko.tensor.vector;

import static dev.yamabiko.tensor.vector.Lanes.LANES;
import static dev.yamabiko.tensor.vector.Lanes.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** Whether all of an array's values are finite, as fast as they can be read. */
final class FiniteCheck {
  private FiniteCheck() {}

  /** Floats for each turn of the loop. */
  static final int BLOCK = 4 * LANES;

  /** Of {@code blocks} blocks, at least one. Sums x * 0, which is 0 for finite x and NaN else. */
  static boolean isFinite(float[] x, int at, int blocks) {
    FloatVector zero = FloatVector.zero(SPECIES);
    FloatVector a = zero;
    FloatVector b = zero;
    FloatVector c = zero;
    FloatVector d = zero;
    for (int p = 0; p < blocks; p++) {
      int q = at + p * BLOCK;
      a = FloatVector.fromArray(SPECIES, x, q).fma(zero, a);
      b = FloatVector.fromArray(SPECIES, x, q + LANES).fma(zero, b);
      c = FloatVector.fromArray(SPECIES, x, q + 2 * LANES).fma(zero, c);
      d = FloatVector.fromArray(SPECIES, x, q + 3 * LANES).fma(zero, d);
    }
    return a.add(b).add(c.add(d)).reduceLanes(VectorOperators.ADD) == 0;
  }
}
