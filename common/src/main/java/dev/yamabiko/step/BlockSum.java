package dev.yamabiko.step;

import java.util.List;

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

  /** Of the tree: a part, or the sum of two nodes. */
  private record Node(Block block, Part part, Node left, Node right) {
    Statistics statistics() {
      return part != null ? part.statistics() : left.statistics().plus(right.statistics());
    }
  }

  private final int most;
  private final Rounding rounding;
  private final int from;
  private final float[][] scratch;
  private long step;
  private Node total;

  /**
   * For so many elements at a time, and trees over at most this many shards.
   *
   * @param rounding of each sum
   * @param from where in the flat vector the parts begin
   */
  public BlockSum(int most, int shards, Rounding rounding, int from) {
    this.most = most;
    this.rounding = rounding;
    this.from = from;
    scratch = new float[34 - Integer.numberOfLeadingZeros(shards)][];
  }

  /**
   * From now on the sum is that of these parts. Shards that no part covers are absent.
   *
   * @return the sum of the statistics
   */
  public Statistics begin(long step, int shards, List<Part> parts) {
    this.step = step;
    total = node(new Block(0, shards), parts);
    if (total == null) {
      throw new IllegalArgumentException("no part at all");
    }
    return total.statistics();
  }

  /** Null if absent. */
  private static Node node(Block block, List<Part> parts) {
    boolean touched = false;
    for (Part part : parts) {
      if (part.block().equals(block)) {
        return new Node(block, part, null, null);
      }
      touched |= part.block().overlaps(block);
    }
    if (!touched) {
      return null;
    }
    if (block.isLeaf()) {
      throw new IllegalArgumentException("a part that is not a node of the tree covers " + block);
    }
    Node left = node(block.left(), parts);
    Node right = node(block.right(), parts);
    if (left == null || right == null) {
      return left == null ? right : left;
    }
    return new Node(block, null, left, right);
  }

  /** The array in which the sum lies from this index on, if nothing is to be added; else null. */
  float[] lyingFrom(int index) {
    return liesFrom(index, total) ? total.part().values() : null;
  }

  private static boolean liesFrom(int index, Node node) {
    return node.part() != null && node.part().at() == index;
  }

  /** Writes n elements of the sum, counted from {@code at}, to {@code out} from an index on. */
  public void sum(int at, int n, float[] out, int outAt) {
    int index = outAt - at;
    if (total.part() != null) {
      System.arraycopy(total.part().values(), total.part().at() + at, out, outAt, n);
    } else if (liesFrom(index, total.left()) && liesFrom(index, total.right())) {
      float[] left = total.left().part().values();
      add(left, total.right().part().values(), out, outAt, outAt + n);
      rounding.gradient(step, total.block(), out, outAt, from + at, from + at + n);
    } else {
      float[] piece = scratch(0);
      sum(total, at, n, piece, 1);
      System.arraycopy(piece, 0, out, outAt, n);
    }
  }

  // One index for all arrays: else C2 cannot rule out that they overlap, and makes no vectors.
  private static void add(float[] left, float[] right, float[] out, int from, int to) {
    for (int i = from; i < to; i++) {
      out[i] = left[i] + right[i];
    }
  }

  /** To {@code out} from index 0 on. */
  private void sum(Node node, int at, int n, float[] out, int depth) {
    if (node.part() != null) {
      System.arraycopy(node.part().values(), node.part().at() + at, out, 0, n);
      return;
    }
    float[] right = scratch(depth);
    sum(node.left(), at, n, out, depth + 1);
    sum(node.right(), at, n, right, depth + 1);
    add(out, right, out, 0, n);
    rounding.gradient(step, node.block(), out, 0, from + at, from + at + n);
  }

  private float[] scratch(int depth) {
    if (scratch[depth] == null) {
      scratch[depth] = new float[most];
    }
    return scratch[depth];
  }
}
