package dev.yamabiko.step;

import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.BinaryOperator;

/**
 * The sum along the fixed tree (see {@link Block}) of leaves that come in any order, each once: the
 * same as {@link dev.yamabiko.tensor.TreeOrder#sum} gives of them in their own.
 *
 * <p>Two nodes become one as soon as both are there, so of a run of neighbours no more values are
 * held than the tree has levels, twice.
 */
public final class ArrivingSum<T> {

  private final int leaves;
  private final BinaryOperator<T> plus;
  private final BitSet arrived = new BitSet();
  private final Map<Block, T> nodes = new HashMap<>();

  /**
   * @param leaves at least 1
   * @param plus of the left and the right child
   */
  public ArrivingSum(int leaves, BinaryOperator<T> plus) {
    this.leaves = leaves;
    this.plus = plus;
  }

  /** Whether this leaf has come. */
  public boolean has(int leaf) {
    return arrived.get(leaf);
  }

  /**
   * Takes a leaf's value, unless there is one: the first counts.
   *
   * @throws IndexOutOfBoundsException if there is no such leaf
   */
  public void add(int leaf, T value) {
    if (arrived.get(Objects.checkIndex(leaf, leaves))) {
      return;
    }
    arrived.set(leaf);
    Deque<Block> above = new ArrayDeque<>();
    Block node = new Block(0, leaves);
    while (!node.isLeaf()) {
      above.push(node);
      node = node.left().holds(leaf) ? node.left() : node.right();
    }
    T sum = value;
    while (!above.isEmpty()) {
      Block parent = above.peek();
      boolean isLeft = node.equals(parent.left());
      T sibling = nodes.remove(isLeft ? parent.right() : parent.left());
      if (sibling == null) {
        break;
      }
      sum = isLeft ? plus.apply(sum, sibling) : plus.apply(sibling, sum);
      node = above.pop();
    }
    nodes.put(node, sum);
  }

  public boolean isComplete() {
    return arrived.cardinality() == leaves;
  }

  /** Of all leaves. */
  public T total() {
    if (!isComplete()) {
      throw new IllegalStateException(
          "%d of %d leaves are there".formatted(arrived.cardinality(), leaves));
    }
    return nodes.get(new Block(0, leaves));
  }

  /** Values that are held. */
  int held() {
    return nodes.size();
  }
}
