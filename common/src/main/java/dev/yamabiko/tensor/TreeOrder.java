package dev.yamabiko.tensor;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BinaryOperator;

/**
 * The one fixed binary tree along which everything is summed: the node for [l, h) splits at l + the
 * largest power of two below h - l, and its value is left + right. A leaf may be absent; a node
 * with one absent child is the other child, and is absent if both are.
 *
 * <p>This class walks the tree over leaves 0..count-1 in ascending order as a binary counter:
 * {@code accept(i)} leaf by leaf, then {@code finish()}. It holds no values, only which of the
 * levels are occupied; the {@link Combiner} moves the values. At most one value per level is alive
 * at a time.
 */
public final class TreeOrder {

  /** What the walk asks of whoever holds the values. */
  public interface Combiner {
    /** The value in hand becomes: value stored at this level (the left child) + value in hand. */
    void addStored(int level);

    /** Store the value in hand at this level. */
    void store(int level);

    /** Take the value stored at this level into the hand, which is empty. */
    void load(int level);
  }

  /**
   * The sum of the leaves along the tree; a null leaf is absent.
   *
   * @return null if every leaf is absent
   */
  public static <T> T sum(List<T> leaves, BinaryOperator<T> plus) {
    List<T> stored = new ArrayList<>(Collections.nCopies(levels(leaves.size()), null));
    AtomicReference<T> hand = new AtomicReference<>();
    TreeOrder tree =
        new TreeOrder(
            new Combiner() {
              @Override
              public void addStored(int level) {
                hand.set(plus.apply(stored.get(level), hand.get()));
              }

              @Override
              public void store(int level) {
                stored.set(level, hand.get());
              }

              @Override
              public void load(int level) {
                hand.set(stored.get(level));
              }
            });
    for (T leaf : leaves) {
      hand.set(leaf);
      tree.accept(leaf != null);
    }
    return tree.finish() ? hand.get() : null;
  }

  /** Levels needed for this many leaves. */
  public static int levels(int leaves) {
    return 32 - Integer.numberOfLeadingZeros(Math.max(1, leaves));
  }

  private final Combiner combiner;
  private long occupied;
  private int next;

  public TreeOrder(Combiner combiner) {
    this.combiner = combiner;
  }

  /** The next leaf is in the combiner's hand ({@code present}), or absent. */
  public void accept(boolean present) {
    boolean inHand = present;
    int level = 0;
    for (; ((next >> level) & 1) != 0; level++) {
      inHand = merge(level, inHand);
    }
    if (inHand) {
      combiner.store(level);
      occupied |= 1L << level;
    }
    next++;
  }

  /** Closes the tree over the leaves seen; the total is in the combiner's hand if true. */
  public boolean finish() {
    boolean inHand = false;
    for (int level = 0; (next >> level) != 0; level++) {
      if (((next >> level) & 1) != 0) {
        inHand = merge(level, inHand);
      }
    }
    next = 0;
    return inHand;
  }

  private boolean merge(int level, boolean inHand) {
    boolean stored = (occupied >> level & 1) != 0;
    occupied &= ~(1L << level);
    if (!stored) {
      return inHand;
    }
    if (inHand) {
      combiner.addStored(level);
    } else {
      combiner.load(level);
    }
    return true;
  }
}
