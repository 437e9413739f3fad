package dev.yamabiko.slices;

import dev.yamabiko.protocol.SliceMessage.ShareNorm;
import dev.yamabiko.step.ChunkGrid;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * What a step's slices tell each other of its gradient's global norm: the square root of the total
 * of all chunks' sums of squares, in the order of slices. A share of many chunks comes in parts,
 * each of which fits a control message; a part that comes twice does no harm.
 */
final class NormShares {

  /** 32 KiB of doubles. */
  static final int MOST = 4096;

  private final int mostChunks;
  private final double[][] squares;
  private final BitSet[] there;

  /**
   * @param parameters of the network, over all slices
   */
  NormShares(int parameters, int slices) {
    mostChunks = ChunkGrid.chunks(parameters);
    squares = new double[slices][];
    there = new BitSet[slices];
  }

  /** The parts of one slice's share. */
  static List<ShareNorm> parts(ShareNorm whole) {
    List<ShareNorm> parts = new ArrayList<>();
    for (int at = 0; at < whole.of() || at == 0; at += MOST) {
      double[] some = Arrays.copyOfRange(whole.squares(), at, Math.min(whole.of(), at + MOST));
      parts.add(new ShareNorm(whole.key(), whole.step(), whole.slice(), at, whole.of(), some));
    }
    return parts;
  }

  /** Whether it can be a part of this network's norm, beside those that are here. */
  boolean fits(ShareNorm part) {
    int slice = part.slice();
    return slice >= 0
        && slice < squares.length
        && part.of() >= 0
        && part.of() <= mostChunks
        && (squares[slice] == null || squares[slice].length == part.of())
        && part.at() >= 0
        && part.at() <= part.of() - part.squares().length;
  }

  /** The norm, once every slice's share is here. The part fits. */
  Optional<Double> accept(ShareNorm part) {
    int slice = part.slice();
    if (squares[slice] == null) {
      squares[slice] = new double[part.of()];
      there[slice] = new BitSet(part.of());
    }
    System.arraycopy(part.squares(), 0, squares[slice], part.at(), part.squares().length);
    there[slice].set(part.at(), part.at() + part.squares().length);
    return isComplete() ? Optional.of(norm()) : Optional.empty();
  }

  private boolean isComplete() {
    for (int slice = 0; slice < squares.length; slice++) {
      if (squares[slice] == null || there[slice].cardinality() < squares[slice].length) {
        return false;
      }
    }
    return true;
  }

  private double norm() {
    double[] all = Arrays.stream(squares).flatMapToDouble(Arrays::stream).toArray();
    return Math.sqrt(ChunkGrid.total(all));
  }
}
