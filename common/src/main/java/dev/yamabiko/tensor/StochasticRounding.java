package dev.yamabiko.tensor;

/**
 * Rounds vectors to bfloat16 at random, each element up or down so that it is right on average
 * ({@link Bfloat16#stochastic}; S. Gupta, A. Agrawal, K. Gopalakrishnan and P. Narayanan, "Deep
 * learning with limited numerical precision", ICML 2015). Nothing is kept from one vector to the
 * next: errors do not add up because they have mean 0, not because they are carried over.
 *
 * <p>The random number of an element is a pure function of (seed, step, node, index), from {@link
 * Philox} of purpose ROUND. A block of it, four words, holds eight. Elements are numbered from 0 on
 * and taken in tiles of 64, which use eight blocks: with e = index mod 64,
 *
 * <pre>
 *   counter = 8 floor(index / 64) + floor((e mod 16) / 2)
 *   word    = 2 floor(e / 32) + e mod 2
 *   half    = floor(e / 16) mod 2        (0: the lower 16 bits)
 * </pre>
 *
 * <p>so that 16 neighbours, whatever the vectors' width, are the halves of words that a vector of
 * blocks computes side by side.
 */
public final class StochasticRounding {
  private StochasticRounding() {}

  /** Elements that share blocks. */
  public static final int TILE = 64;

  /** Blocks of a tile. */
  public static final int BLOCKS = TILE / 8;

  private static final int ROW = 16;
  private static final int WORDS = 4;

  /**
   * The element's random number, uniform in 0..65535, by itself: slow.
   *
   * @param step below 2^32
   * @param node of the step, below 2^32; says which vector it is
   * @param index in the vector
   */
  public static int random(long seed, long step, long node, int index) {
    int e = index % TILE;
    int[] words = new int[WORDS];
    int counter = index / TILE * BLOCKS + e % ROW / 2;
    Philox.blocks(seed, Philox.Purpose.ROUND, step, node, counter, words);
    return half(words[e / (2 * ROW) * 2 + e % 2], e);
  }

  private static int half(int word, int e) {
    return word >>> 16 * (e / ROW % 2) & 0xFFFF;
  }

  /**
   * Rounds elements [from, to) of the vector, of which element {@code from} lies at {@code x[at]}.
   */
  public static void round(long seed, long step, long node, float[] x, int at, int from, int to) {
    int[] words = new int[WORDS * BLOCKS];
    for (int i = from; i < to; ) {
      int e = i % TILE;
      int count = Math.min(to - i, TILE - e);
      Philox.blocks(seed, Philox.Purpose.ROUND, step, node, i / TILE * BLOCKS, words);
      for (int end = e + count; e < end; e++, i++) {
        int word = words[e % ROW / 2 * WORDS + e / (2 * ROW) * 2 + e % 2];
        x[at + i - from] = Bfloat16.stochastic(x[at + i - from], half(word, e));
      }
    }
  }
}
