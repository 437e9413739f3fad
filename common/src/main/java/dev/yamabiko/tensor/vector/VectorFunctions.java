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

/**
 * The chains of {@link Functions} over vectors, operation by operation the same.
 *
 * <p>Every chain is written out in the loop that runs it, and the loops are kept short. A method
 * that takes vectors would often be compiled on its own first; C2 then calls it instead of inlining
 * it and boxes its arguments. In a long loop it may run out of nodes before the last operation.
 */
final class VectorFunctions {

  private static final int CHUNK = 1024;

  private final float[] chunk = new float[CHUNK];

  void exp(int n, float[] x, int xAt, float[] y, int yAt) {
    int whole = n - n % LANES;
    if (whole > 0) {
      // A loop that never ran is compiled so that what it would need is made as objects.
      expOfWhole(whole, x, xAt, y, yAt);
    }
    for (int i = whole; i < n; i++) {
      y[yAt + i] = Functions.exp(x[xAt + i]);
    }
  }

  private static void expOfWhole(int n, float[] x, int xAt, float[] y, int yAt) {
    FloatVector toInteger = FloatVector.broadcast(SPECIES, TO_INTEGER);
    for (int i = 0; i < n; i += LANES) {
      FloatVector clamped =
          FloatVector.fromArray(SPECIES, x, xAt + i).max(EXP_LOWEST).min(EXP_HIGHEST);
      FloatVector shifted = clamped.fma(FloatVector.broadcast(SPECIES, LOG2_E), toInteger);
      IntVector exponent = shifted.reinterpretAsInts().sub(Float.floatToRawIntBits(TO_INTEGER));
      FloatVector k = shifted.sub(toInteger);
      FloatVector r = k.fma(FloatVector.broadcast(SPECIES, -LN2_HIGH), clamped);
      r = k.fma(FloatVector.broadcast(SPECIES, -LN2_LOW), r);
      FloatVector p =
          r.fma(FloatVector.broadcast(SPECIES, EXP_0), FloatVector.broadcast(SPECIES, EXP_1));
      p = p.fma(r, FloatVector.broadcast(SPECIES, EXP_2));
      p = p.fma(r, FloatVector.broadcast(SPECIES, EXP_3));
      p = p.fma(r, FloatVector.broadcast(SPECIES, EXP_4));
      p = p.fma(r, FloatVector.broadcast(SPECIES, EXP_5));
      p = p.fma(r.mul(r), r).add(1f);
      IntVector half = exponent.lanewise(VectorOperators.ASHR, 1);
      IntVector rest = exponent.sub(half);
      p = p.mul(half.add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats());
      p = p.mul(rest.add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats());
      p.intoArray(y, yAt + i);
    }
  }

  void tanh(int n, float[] x, int xAt, float[] y, int yAt) {
    int whole = n - n % LANES;
    for (int i = 0; i < whole; i += CHUNK) {
      int count = Math.min(CHUNK, whole - i);
      doubleOfAbsolute(count, x, xAt + i, chunk);
      expOfWhole(count, chunk, 0, chunk, 0);
      tanhOfLarge(count, chunk);
      tanhOfSmall(count, x, xAt + i, chunk);
      copySign(count, chunk, x, xAt + i, y, yAt + i);
    }
    for (int i = whole; i < n; i++) {
      y[yAt + i] = Functions.tanh(x[xAt + i]);
    }
  }

  private static void doubleOfAbsolute(int n, float[] x, int xAt, float[] out) {
    for (int i = 0; i < n; i += LANES) {
      FloatVector a = FloatVector.fromArray(SPECIES, x, xAt + i).abs();
      a.add(a).intoArray(out, i);
    }
  }

  /** 1 - 2 / (exp(2|x|) + 1), in place. */
  private static void tanhOfLarge(int n, float[] exponentials) {
    FloatVector one = FloatVector.broadcast(SPECIES, 1f);
    FloatVector two = FloatVector.broadcast(SPECIES, 2f);
    for (int i = 0; i < n; i += LANES) {
      FloatVector e = FloatVector.fromArray(SPECIES, exponentials, i);
      one.sub(two.div(e.add(one))).intoArray(exponentials, i);
    }
  }

  /** |x| below TANH_SMALL by the polynomial, the rest as computed. */
  private static void tanhOfSmall(int n, float[] x, int xAt, float[] large) {
    for (int i = 0; i < n; i += LANES) {
      FloatVector a = FloatVector.fromArray(SPECIES, x, xAt + i).abs();
      FloatVector square = a.mul(a);
      FloatVector p =
          square.fma(
              FloatVector.broadcast(SPECIES, TANH_0), FloatVector.broadcast(SPECIES, TANH_1));
      p = p.fma(square, FloatVector.broadcast(SPECIES, TANH_2));
      p = p.fma(square, FloatVector.broadcast(SPECIES, TANH_3));
      p = p.fma(square, FloatVector.broadcast(SPECIES, TANH_4));
      FloatVector small = p.mul(square).fma(a, a);
      FloatVector.fromArray(SPECIES, large, i)
          .blend(small, a.compare(VectorOperators.LT, TANH_SMALL))
          .intoArray(large, i);
    }
  }

  /** y = |magnitude| with the sign of x. */
  private static void copySign(int n, float[] magnitudes, float[] x, int xAt, float[] y, int yAt) {
    for (int i = 0; i < n; i++) {
      int sign = Float.floatToRawIntBits(x[xAt + i]) & Integer.MIN_VALUE;
      y[yAt + i] = Float.intBitsToFloat(Float.floatToRawIntBits(magnitudes[i]) | sign);
    }
  }

  void sigmoid(int n, float[] x, int xAt, float[] y, int yAt) {
    int whole = n - n % LANES;
    for (int i = 0; i < whole; i += CHUNK) {
      int count = Math.min(CHUNK, whole - i);
      negative(count, x, xAt + i, chunk);
      expOfWhole(count, chunk, 0, chunk, 0);
      reciprocalOfOnePlus(count, chunk, y, yAt + i);
    }
    for (int i = whole; i < n; i++) {
      y[yAt + i] = Functions.sigmoid(x[xAt + i]);
    }
  }

  private static void negative(int n, float[] x, int xAt, float[] out) {
    for (int i = 0; i < n; i += LANES) {
      FloatVector.fromArray(SPECIES, x, xAt + i).neg().intoArray(out, i);
    }
  }

  private static void reciprocalOfOnePlus(int n, float[] x, float[] y, int yAt) {
    FloatVector one = FloatVector.broadcast(SPECIES, 1f);
    for (int i = 0; i < n; i += LANES) {
      one.div(one.add(FloatVector.fromArray(SPECIES, x, i))).intoArray(y, yAt + i);
    }
  }
}
