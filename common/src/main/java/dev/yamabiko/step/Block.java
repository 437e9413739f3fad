package dev.yamabiko.step;

import java.util.ArrayList;
import java.util.List;

/**
 * An aligned range of shards [from, to): a node of the fixed tree over the shards 0..S-1. The node
 * for [l, h) splits at l + the largest power of two below h - l.
 */
public record Block(int from, int to) {

  public Block {
    if (from < 0 || to <= from) {
      throw new IllegalArgumentException("a block needs 0 <= from < to, not " + from + ".." + to);
    }
  }

  public int shards() {
    return to - from;
  }

  public boolean isLeaf() {
    return shards() == 1;
  }

  private int middle() {
    return from + Integer.highestOneBit(shards() - 1);
  }

  /** The left child; this block must have more than one shard. */
  public Block left() {
    return new Block(from, middle());
  }

  /** The right child; this block must have more than one shard. */
  public Block right() {
    return new Block(middle(), to);
  }

  /**
   * Which node of the tree this is, by a number that no other node of it has: 2 i for shard i, 2 m
   * - 1 for the node that splits at m.
   */
  public long number() {
    return isLeaf() ? 2L * from : 2L * middle() - 1;
  }

  public boolean contains(Block other) {
    return from <= other.from && other.to <= to;
  }

  public boolean holds(int shard) {
    return from <= shard && shard < to;
  }

  public boolean overlaps(Block other) {
    return from < other.to && other.from < to;
  }

  /** Whether this is a node of the tree over S shards. */
  public boolean isNodeOf(int shards) {
    return to <= shards && cover(from, to, shards).size() == 1;
  }

  /** The fewest nodes of the tree over S shards that make up the range [from, to), in order. */
  public static List<Block> cover(int from, int to, int shards) {
    List<Block> nodes = new ArrayList<>();
    cover(new Block(0, shards), from, to, nodes);
    return nodes;
  }

  private static void cover(Block node, int from, int to, List<Block> nodes) {
    if (to <= node.from || node.to <= from) {
      return;
    }
    if (from <= node.from && node.to <= to) {
      nodes.add(node);
      return;
    }
    cover(node.left(), from, to, nodes);
    cover(node.right(), from, to, nodes);
  }

  /**
   * What is left of this node of the tree over S shards without these blocks, as nodes, in order; a
   * part that only overlaps one of them is cut further.
   */
  public List<Block> minus(List<Block> covered) {
    List<Block> left = new ArrayList<>();
    minus(this, covered, left);
    return left;
  }

  private static void minus(Block node, List<Block> covered, List<Block> left) {
    if (covered.stream().noneMatch(node::overlaps)) {
      left.add(node);
    } else if (covered.stream().noneMatch(other -> other.contains(node))) {
      minus(node.left(), covered, left);
      minus(node.right(), covered, left);
    }
  }

  @Override
  public String toString() {
    return "[" + from + ", " + to + ")";
  }
}
