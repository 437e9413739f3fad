package dev.yamabiko.tensor.vector;

import static dev.yamabiko.tensor.Functions.Coefficients.EXP_0;
import static dev.yamabiko.tensor.Functions.Coefficients.EXP_1;
import static dev.yamabiko.tensor.Functions.Coefficients.EXP_2;
import static dev.yamabiko.tensor.Functions.Coefficients.EXP_3;
import static dev.yamabiko.tensor.Functions.Coefficients.EXP_4;
import static dev.yamabiko.tensor.Functions.Coefficients.EXP_5;
import static dev.yamabiko.tensor.Functions.Coefficients.EXP_HIGHEST;
import static dev.yamabiko.tensor.Functions.Coefficients.EXP_LOWEST;
import static dev.yamabiko.tensor.Functions.Coefficients.LN2_HIGH;
import static dev.yamabiko.tensor.Functions.Coefficients.LN2_LOW;
import static dev.yamabiko.tensor.Functions.Coefficients.LOG2_E;
import static dev.yamabiko.tensor.Functions.Coefficients.TANH_0;
import static dev.yamabiko.tensor.Functions.Coefficients.TANH_1;
import static dev.yamabiko.tensor.Functions.Coefficients.TANH_2;
import static dev.yamabiko.tensor.Functions.Coefficients.TANH_3;
import static dev.yamabiko.tensor.Functions.Coefficients.TANH_4;
import static dev.yamabiko.tensor.Functions.Coefficients.TANH_SMALL;
import static dev.yamabiko.tensor.Functions.Coefficients.TO_INTEGER;
import static dev.yamabiko.tensor.vector.Lanes.LANES;
import static dev.yamabiko.tensor.vector.Lanes.SPECIES;

import dev.yamabiko.tensor.Functions;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** The chains of {@link Functions} over vectors, operation by operation the same. */
final class VectorFunctions {
  private VectorFunctions() {}

  static void exp(int n, float[] x, int xAt, float[] y, int yAt) {
    int i = 0;
    for (; i + LANES <= n; i += LANES) {
      exp(FloatVector.fromArray(SPECIES, x, xAt + i)).intoArray(y, yAt + i);
    }
    for (; i < n; i++) {
      y[yAt + i] = Functions.exp(x[xAt + i]);
    }
  }

  static void tanh(int n, float[] x, int xAt, float[] y, int yAt) {
    int i = 0;
    for (; i + LANES <= n; i += LANES) {
      tanh(FloatVector.fromArray(SPECIES, x, xAt + i)).intoArray(y, yAt + i);
    }
    for (; i < n; i++) {
      y[yAt + i] = Functions.tanh(x[xAt + i]);
    }
  }

  static void sigmoid(int n, float[] x, int xAt, float[] y, int yAt) {
    int i = 0;
    for (; i + LANES <= n; i += LANES) {
      FloatVector one = all(1f);
      FloatVector v = FloatVector.fromArray(SPECIES, x, xAt + i);
      one.div(one.add(exp(v.neg()))).intoArray(y, yAt + i);
    }
    for (; i < n; i++) {
      y[yAt + i] = Functions.sigmoid(x[xAt + i]);
    }
  }

  private static FloatVector exp(FloatVector x) {
    FloatVector clamped = x.max(all(EXP_LOWEST)).min(all(EXP_HIGHEST));
    FloatVector shifted = clamped.fma(all(LOG2_E), all(TO_INTEGER));
    IntVector n = shifted.reinterpretAsInts().sub(Float.floatToRawIntBits(TO_INTEGER));
    FloatVector k = shifted.sub(all(TO_INTEGER));
    FloatVector r = k.fma(all(-LN2_HIGH), clamped);
    r = k.fma(all(-LN2_LOW), r);
    FloatVector p = all(EXP_0).fma(r, all(EXP_1));
    p = p.fma(r, all(EXP_2));
    p = p.fma(r, all(EXP_3));
    p = p.fma(r, all(EXP_4));
    p = p.fma(r, all(EXP_5));
    p = p.fma(r.mul(r), r).add(all(1f));
    IntVector half = n.lanewise(VectorOperators.ASHR, 1);
    return p.mul(powerOfTwo(half)).mul(powerOfTwo(n.sub(half)));
  }

  private static FloatVector powerOfTwo(IntVector n) {
    return n.add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
  }

  private static FloatVector tanh(FloatVector x) {
    FloatVector a = x.abs();
    FloatVector square = x.mul(x);
    FloatVector p = all(TANH_0).fma(square, all(TANH_1));
    p = p.fma(square, all(TANH_2));
    p = p.fma(square, all(TANH_3));
    p = p.fma(square, all(TANH_4));
    FloatVector small = p.mul(square).fma(a, a);
    FloatVector large = all(1f).sub(all(2f).div(exp(a.add(a)).add(all(1f))));
    FloatVector result = large.blend(small, a.compare(VectorOperators.LT, all(TANH_SMALL)));
    IntVector sign = x.reinterpretAsInts().and(Integer.MIN_VALUE);
    return result.reinterpretAsInts().or(sign).reinterpretAsFloats();
  }

  private static FloatVector all(float value) {
    return FloatVector.broadcast(SPECIES, value);
  }
}
