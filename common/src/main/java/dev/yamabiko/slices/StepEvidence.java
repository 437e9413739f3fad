package dev.yamabiko.slices;

import dev.yamabiko.protocol.FloatSegment;
import dev.yamabiko.step.Block;
import dev.yamabiko.step.Rounding;
import dev.yamabiko.step.Statistics;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * What is left of the contributions to one slice in a closed step whose shards were handed out
 * twice: a checksum for each node of the tree that they make up. A late contribution of the same
 * node must have the same one, however it was cut; if it has not, somebody computes wrongly.
 *
 * <p>What is cut finer than the contributions that were taken cannot be compared.
 */
final class StepEvidence {

  /** A contribution, and whose it is. */
  record Witness(Block block, FloatSegment gradient, Statistics statistics, String worker) {}

  private record Sum(int checksum, Statistics statistics, String workers) {}

  private static final int BUFFER_FLOATS = 4096;

  private final long step;
  private final Rounding rounding;
  private final int from;
  private final Map<Block, Sum> sums = new HashMap<>();

  /**
   * Takes as long as the sums take; the witnesses' floats are not needed afterwards.
   *
   * @param witnesses what the step was closed with: nodes of the tree that do not overlap
   * @param rounding of their sums
   * @param from where the slice begins in the flat vector
   */
  StepEvidence(long step, int shards, List<Witness> witnesses, Rounding rounding, int from) {
    this.step = step;
    this.rounding = rounding;
    this.from = from;
    node(new Block(0, shards), witnesses);
  }

  long step() {
    return step;
  }

  /**
   * That somebody has computed other bits for this node; empty if nobody has, or none can tell.
   *
   * @param late its floats do not change meanwhile
   */
  Optional<String> contradiction(Witness late) {
    Sum sum = sums.get(late.block());
    boolean same =
        sum == null
            || sum.checksum == checksum(late.gradient())
                && sum.statistics.equals(late.statistics());
    return same
        ? Optional.empty()
        : Optional.of(conflict(sum.workers, late.worker(), late.block(), step));
  }

  /** The first contradiction that there is. */
  Optional<String> contradiction(List<Witness> all) {
    return all.stream().flatMap(late -> contradiction(late).stream()).findFirst();
  }

  static String conflict(String others, String worker, Block block, long step) {
    return "workers %s and %s computed different bits for shards %s of step %d"
        .formatted(others, worker, block, step);
  }

  /** The node's value, as a slice sums it; null if absent. */
  private Witness node(Block block, List<Witness> witnesses) {
    List<Witness> inside = witnesses.stream().filter(w -> block.overlaps(w.block())).toList();
    if (inside.isEmpty()) {
      return null;
    }
    Witness value = inside.get(0);
    if (!value.block().equals(block)) {
      Witness left = node(block.left(), inside);
      Witness right = node(block.right(), inside);
      value = left == null ? right : right == null ? left : sum(block, left, right);
    }
    sums.put(block, new Sum(checksum(value.gradient()), value.statistics(), value.worker()));
    return value;
  }

  private Witness sum(Block block, Witness left, Witness right) {
    FloatSegment a = left.gradient();
    FloatSegment b = right.gradient();
    float[] out = new float[a.length()];
    for (int i = 0; i < out.length; i++) {
      out[i] = a.values()[a.at() + i] + b.values()[b.at() + i];
    }
    rounding.gradient(step, block, out, 0, from, from + out.length);
    String both =
        left.worker().equals(right.worker())
            ? left.worker()
            : left.worker() + ", " + right.worker();
    return new Witness(
        block,
        new FloatSegment(out, 0, out.length),
        left.statistics().plus(right.statistics()),
        both);
  }

  /** Every NaN counts as the same: which one an operation gives is the processor's business. */
  private static int checksum(FloatSegment gradient) {
    ByteBuffer bytes = ByteBuffer.allocate(BUFFER_FLOATS * Float.BYTES);
    IntBuffer bits = bytes.asIntBuffer();
    CRC32C crc = new CRC32C();
    for (int done = 0; done < gradient.length(); ) {
      int some = Math.min(BUFFER_FLOATS, gradient.length() - done);
      bits.clear();
      for (int i = 0; i < some; i++) {
        bits.put(Float.floatToIntBits(gradient.values()[gradient.at() + done + i]));
      }
      crc.update(bytes.array(), 0, some * Float.BYTES);
      done += some;
    }
    return (int) crc.getValue();
  }
}
