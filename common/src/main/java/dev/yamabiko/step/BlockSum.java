package dev.yamabiko.step;

import java.util.List;
import java.util.function.Supplier;

/**
 * Finishes the tree over all shards from the sums of blocks that cover them, whatever way they were
 * cut: the result has the same bits for every cover.
 */
public final class BlockSum {

  /**
   * The gradient sum of one block: {@code values[at .. at + length)}, and its statistics. Never
   * written to.
   */
  public record Part(Block block, float[] values, int at, Statistics statistics) {}

  private final int length;
  private final Rounding rounding;
  private final int from;
  private final float[][] scratch;

  /**
   * For vectors of this length and trees over at most this many shards.
   *
   * @param rounding of each sum
   * @param from where in the flat vector they begin
   */
  public BlockSum(int length, int shards, Rounding rounding, int from) {
    this.length = length;
    this.rounding = rounding;
    this.from = from;
    scratch = new float[33 - Integer.numberOfLeadingZeros(shards)][];
  }

  /**
   * Writes the sum over all shards to {@code out} from index 0 on and returns the sum of the
   * statistics. Shards that no part covers are absent.
   */
  public Statistics sum(long step, int shards, List<Part> parts, float[] out) {
    Part total = node(step, new Block(0, shards), parts, () -> out, 0);
    if (total == null) {
      throw new IllegalArgumentException("no part at all");
    }
    if (total.values() != out) {
      System.arraycopy(total.values(), total.at(), out, 0, length);
    }
    return total.statistics();
  }

  /**
   * The node's value: one of the parts as it is, or a sum in {@code room}, which is only asked for
   * where there is something to add; null if absent.
   */
  private Part node(long step, Block block, List<Part> parts, Supplier<float[]> room, int depth) {
    boolean touched = false;
    for (Part part : parts) {
      if (part.block().equals(block)) {
        return part;
      }
      touched |= part.block().overlaps(block);
    }
    if (!touched) {
      return null;
    }
    if (block.isLeaf()) {
      throw new IllegalArgumentException("a part that is not a node of the tree covers " + block);
    }
    Part left = node(step, block.left(), parts, room, depth + 1);
    Supplier<float[]> other = left == null ? room : () -> scratch(depth);
    Part right = node(step, block.right(), parts, other, depth + 1);
    if (left == null || right == null) {
      return left == null ? right : left;
    }
    float[] out = room.get();
    float[] a = left.values();
    float[] b = right.values();
    int aAt = left.at();
    int bAt = right.at();
    for (int i = 0; i < length; i++) {
      out[i] = a[aAt + i] + b[bAt + i];
    }
    rounding.gradient(step, block, out, 0, from, from + length);
    return new Part(block, out, 0, left.statistics().plus(right.statistics()));
  }

  private float[] scratch(int depth) {
    if (scratch[depth] == null) {
      scratch[depth] = new float[length];
    }
    return scratch[depth];
  }
}
