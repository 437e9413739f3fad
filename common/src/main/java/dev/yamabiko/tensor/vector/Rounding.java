package dev.yamabiko.tensor.vector;

import static dev.yamabiko.tensor.StochasticRounding.BLOCKS;
import static dev.yamabiko.tensor.StochasticRounding.TILE;

import dev.yamabiko.tensor.Bfloat16;
import dev.yamabiko.tensor.Philox;
import dev.yamabiko.tensor.StochasticRounding;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Stochastic rounding with several of {@link Philox}'s blocks side by side, each in a lane of 64
 * bits that holds one word of 32: so a product of two words fits, and two words of a block are
 * joined to a vector of ints without a shuffle.
 */
final class Rounding {
  private Rounding() {}

  private static final VectorSpecies<Long> LONGS =
      VectorSpecies.of(long.class, Lanes.SPECIES.vectorShape());

  private static final int ROUNDS = 10;
  private static final long WORD = 0xFFFFFFFFL;
  private static final long M0 = 0xD2511F53L;
  private static final long M1 = 0xCD9E8D57L;
  private static final int W0 = 0x9E3779B9;
  private static final int W1 = 0xBB67AE85;

  private static final LongVector NUMBERS = LongVector.zero(LONGS).addIndex(1);

  /** Whole tiles here, what lies before and behind them as the definition says. */
  static void round(long seed, long step, long node, float[] x, int at, int from, int to) {
    int first = (int) Math.min(to, ((long) from + TILE - 1) / TILE * TILE);
    int last = Math.max(first, to / TILE * TILE);
    StochasticRounding.round(seed, step, node, x, at, from, first);
    tiles(seed, step, node, x, at + first - from, first / TILE, last / TILE);
    StochasticRounding.round(seed, step, node, x, at + last - from, last, to);
  }

  private static void tiles(
      long seed, long step, long node, float[] x, int at, int firstTile, int lastTile) {
    long purpose = Philox.Purpose.ROUND.word();
    int place = at;
    int lane = 0;
    int count = (lastTile - firstTile) * (BLOCKS / LONGS.length());
    for (int i = 0; i < count; i++) {
      long counter = (long) firstTile * BLOCKS + (long) i * LONGS.length();
      LongVector c0 = NUMBERS.add(counter);
      LongVector c1 = LongVector.broadcast(LONGS, purpose);
      LongVector c2 = LongVector.broadcast(LONGS, step);
      LongVector c3 = LongVector.broadcast(LONGS, node);
      int k0 = (int) seed;
      int k1 = (int) (seed >>> 32);
      for (int round = 0; round < ROUNDS; round++) {
        LongVector p0 = c0.mul(M0);
        LongVector p1 = c2.mul(M1);
        LongVector n0 = high(p1).lanewise(VectorOperators.XOR, c1);
        LongVector n2 = high(p0).lanewise(VectorOperators.XOR, c3);
        c0 = n0.lanewise(VectorOperators.XOR, k0 & WORD);
        c2 = n2.lanewise(VectorOperators.XOR, k1 & WORD);
        c1 = p1.and(WORD);
        c3 = p0.and(WORD);
        k0 += W0;
        k1 += W1;
      }
      IntVector a = joined(c0, c1);
      IntVector b = joined(c2, c3);
      round(x, place + lane, a.and(0xFFFF));
      round(x, place + lane + 16, a.lanewise(VectorOperators.LSHR, 16));
      round(x, place + lane + 32, b.and(0xFFFF));
      round(x, place + lane + 48, b.lanewise(VectorOperators.LSHR, 16));
      lane += Lanes.LANES;
      if (lane == 16) {
        lane = 0;
        place += TILE;
      }
    }
  }

  private static LongVector high(LongVector product) {
    return product.lanewise(VectorOperators.LSHR, 32);
  }

  private static IntVector joined(LongVector even, LongVector odd) {
    return even.or(odd.lanewise(VectorOperators.LSHL, 32)).reinterpretAsInts();
  }

  /** As {@link Bfloat16#stochastic}, without branches: in most vectors there are none to take. */
  private static void round(float[] x, int at, IntVector random) {
    IntVector bits = FloatVector.fromArray(Lanes.SPECIES, x, at).reinterpretAsInts();
    IntVector magnitude = bits.and(Integer.MAX_VALUE);
    // All ones where something is added; where the lower half stays: in a NaN.
    IntVector below = magnitude.sub(0x7F7F0000).lanewise(VectorOperators.ASHR, Integer.SIZE - 1);
    IntVector nan =
        magnitude.neg().add(0x7F800000).lanewise(VectorOperators.ASHR, Integer.SIZE - 1);
    bits.add(random.and(below)).and(nan.or(0xFFFF0000)).reinterpretAsFloats().intoArray(x, at);
  }
}
