package dev.yamabiko.tensor;

import java.util.Arrays;

/**
 * Adds one array per shard along the tree. {@code begin}, then for every shard write its sum into
 * {@link #hand} and {@code accept}, then {@code finish}. The arrays are kept from one use to the
 * next.
 */
public final class ShardSums {

  /** What adding arrays of so many floats keeps: one in the hand, and one for each level below. */
  static long floats(int shards, long length) {
    return length * (1 + Integer.SIZE - Integer.numberOfLeadingZeros(shards - 1));
  }

  private final TreeOrder order =
      new TreeOrder(
          new TreeOrder.Combiner() {
            @Override
            public void addStored(int level) {
              add(stored[level], hand, length);
            }

            @Override
            public void store(int level) {
              swap(level);
            }

            @Override
            public void load(int level) {
              swap(level);
            }
          });

  private final float[][] stored = new float[Integer.SIZE][];
  private float[] hand = {};
  private int length;

  public void begin(int length) {
    this.length = length;
  }

  /** Where the next shard's sum is to be written, in full; the old contents are of no meaning. */
  public float[] hand() {
    if (hand == null || hand.length < length) {
      hand = new float[length];
    }
    return hand;
  }

  /** The hand, holding what the next shard's chains begin with: zeros, or {@code out} to go on. */
  public float[] begun(ShardRows shards, float[] out, int outAt) {
    float[] sum = hand();
    if (shards.resumed()) {
      System.arraycopy(out, outAt, sum, 0, length);
    } else {
      Arrays.fill(sum, 0, length, 0f);
    }
    return sum;
  }

  /** The next shard's sum is in the hand, or there is none. */
  public void accept(boolean present) {
    order.accept(present);
  }

  /** Writes the total; zeros if every shard was absent. */
  public void finish(float[] out, int outAt) {
    finish(1, length, out, outAt);
  }

  /** Writes the total of rows that lie {@code length / rows} apart but are only this wide. */
  public void finish(int rows, int width, float[] out, int outAt) {
    boolean present = order.finish();
    int pitch = length / rows;
    for (int r = 0; r < rows; r++) {
      for (int i = 0; i < width; i++) {
        out[outAt + r * width + i] = present ? hand[r * pitch + i] : 0f;
      }
    }
  }

  private void swap(int level) {
    float[] other = stored[level];
    stored[level] = hand;
    hand = other;
  }

  private static void add(float[] left, float[] right, int length) {
    for (int i = 0; i < length; i++) {
      right[i] = left[i] + right[i];
    }
  }
}
