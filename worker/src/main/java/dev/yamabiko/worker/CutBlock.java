package dev.yamabiko.worker;

import dev.yamabiko.step.Block;
import dev.yamabiko.step.Rounding;
import dev.yamabiko.step.Statistics;
import dev.yamabiko.step.StepPlan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * A leased block, cut along the tree into pieces that threads compute side by side, and their
 * gradients added up and rounded again as the tree says: the bits are those of the block in one
 * piece. The sum of a slice is formed as soon as all pieces have that slice final, by the thread
 * that comes last.
 *
 * <p>Memory: a gradient for each piece; the sum takes the first one's place.
 */
public final class CutBlock {

  private final long step;
  private final Block block;
  private final List<Block> pieces;
  private final Rounding rounding;
  private final float[][] gradients;
  private final Statistics[] statistics;
  private final AtomicIntegerArray unfinished;

  /**
   * @param pieces nodes of the tree below the block, or itself, in order; what they leave out holds
   *     no example
   * @param gradients one for each piece, as long as the flat vector
   */
  CutBlock(
      long step,
      Block block,
      List<Block> pieces,
      Rounding rounding,
      List<float[]> gradients,
      int slices) {
    this.step = step;
    this.block = block;
    this.pieces = List.copyOf(pieces);
    this.rounding = rounding;
    this.gradients = gradients.toArray(new float[0][]);
    statistics = new Statistics[pieces.size()];
    int[] all = new int[slices];
    Arrays.fill(all, pieces.size());
    unfinished = new AtomicIntegerArray(all);
  }

  /**
   * The pieces of each of these blocks, as many as there are threads where the shards suffice: the
   * piece with the most examples is cut into its children until then.
   *
   * @param blocks each holds an example in this step
   */
  public static List<List<Block>> cut(StepPlan plan, long step, List<Block> blocks, int threads) {
    List<List<Block>> cut = new ArrayList<>();
    blocks.forEach(block -> cut.add(new ArrayList<>(List.of(block))));
    int count = blocks.size();
    while (count < threads) {
      Optional<Block> most =
          cut.stream()
              .flatMap(List::stream)
              .filter(piece -> !piece.isLeaf())
              .max(Comparator.comparingInt(piece -> plan.rows(step, piece).rows()));
      if (most.isEmpty()) {
        return cut;
      }
      Block piece = most.get();
      List<Block> in = cut.stream().filter(list -> list.contains(piece)).findFirst().orElseThrow();
      int at = in.indexOf(piece);
      in.remove(at);
      List<Block> children = new ArrayList<>(List.of(piece.left(), piece.right()));
      children.removeIf(child -> plan.isEmpty(step, child));
      in.addAll(at, children);
      count += children.size() - 1;
    }
    return cut;
  }

  Block block() {
    return block;
  }

  List<Block> pieces() {
    return pieces;
  }

  float[] gradient(int piece) {
    return gradients[piece];
  }

  /**
   * The piece's gradient is final for this slice, the elements [from, to).
   *
   * @return whether the block's is now, in {@link #sum}
   */
  boolean finished(int piece, int slice, int from, int to, Statistics ofPiece) {
    statistics[piece] = ofPiece;
    if (unfinished.decrementAndGet(slice) > 0) {
      return false;
    }
    add(block, from, to);
    return true;
  }

  /** The block's gradient, where it is final. */
  float[] sum() {
    return gradients[0];
  }

  /** Once any slice is final. */
  Statistics statistics() {
    return statistics(block);
  }

  /** The first piece of the node, in whose gradient the node's is then; -1 if it is absent. */
  private int add(Block node, int from, int to) {
    int at = pieces.indexOf(node);
    if (at >= 0 || isAbsent(node)) {
      return at;
    }
    int left = add(node.left(), from, to);
    int right = add(node.right(), from, to);
    if (left < 0 || right < 0) {
      return Math.max(left, right);
    }
    float[] a = gradients[left];
    float[] b = gradients[right];
    for (int i = from; i < to; i++) {
      a[i] = a[i] + b[i];
    }
    rounding.gradient(step, node, a, from, from, to);
    return left;
  }

  private Statistics statistics(Block node) {
    int at = pieces.indexOf(node);
    if (at >= 0) {
      return statistics[at];
    } else if (isAbsent(node)) {
      return null;
    }
    Statistics left = statistics(node.left());
    Statistics right = statistics(node.right());
    return left == null ? right : right == null ? left : left.plus(right);
  }

  private boolean isAbsent(Block node) {
    return pieces.stream().noneMatch(node::overlaps);
  }
}
