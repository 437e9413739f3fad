package dev.yamabiko.slices;

import dev.yamabiko.protocol.FloatSegment;
import dev.yamabiko.step.Block;
import dev.yamabiko.step.BlockSum;
import dev.yamabiko.step.StepPlan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * The contributions to one slice in one step. A block is taken only if none of its shards is
 * covered yet, so late, double and differently cut contributions do no harm; empty shards count as
 * covered.
 */
final class StepAssembly {

  /** What became of a contribution. */
  enum Verdict {
    TAKEN,
    /** The very block is there already, with the same bits. */
    DUPLICATE,
    /** Some of its shards are covered by blocks cut differently. */
    COVERED,
    /** The very block is there already, with other bits: somebody computes wrongly. */
    CONFLICT,
    /** Not a block of this tree, or of no example at all. */
    INVALID
  }

  private record Taken(BlockSum.Part part, String worker) {}

  private final int shards;
  private final int length;
  private final BitSet missing;
  private final List<Taken> taken = new ArrayList<>();
  private final List<StepEvidence.Witness> covered = new ArrayList<>();

  StepAssembly(StepPlan plan, long step, int length) {
    this.shards = plan.shards();
    this.length = length;
    missing = new BitSet(shards);
    for (int shard = 0; shard < shards; shard++) {
      missing.set(shard, !plan.isEmpty(step, shard));
    }
  }

  Verdict offer(BlockSum.Part part, String worker) {
    Block block = part.block();
    if (!block.isNodeOf(shards)) {
      return Verdict.INVALID;
    }
    for (Taken other : taken) {
      if (other.part.block().equals(block)) {
        return sameBits(other.part, part) ? Verdict.DUPLICATE : Verdict.CONFLICT;
      }
      if (other.part.block().overlaps(block)) {
        covered.add(witness(part, worker));
        return Verdict.COVERED;
      }
    }
    if (missing.get(block.from(), block.to()).isEmpty()) {
      return Verdict.INVALID;
    }
    missing.clear(block.from(), block.to());
    taken.add(new Taken(part, worker));
    return Verdict.TAKEN;
  }

  private boolean sameBits(BlockSum.Part a, BlockSum.Part b) {
    int at = a.at();
    int other = b.at();
    return Arrays.equals(a.values(), at, at + length, b.values(), other, other + length)
        && a.statistics().equals(b.statistics());
  }

  boolean isComplete() {
    return missing.isEmpty();
  }

  /** Shards that hold examples and that nobody has contributed. */
  BitSet missing() {
    return (BitSet) missing.clone();
  }

  Optional<String> contributor(Block block) {
    return taken.stream().filter(t -> t.part.block().equals(block)).map(Taken::worker).findFirst();
  }

  /** What was taken, and whose it is. */
  List<StepEvidence.Witness> witnesses() {
    return taken.stream().map(t -> witness(t.part, t.worker)).toList();
  }

  /** What was not taken because it was cut differently. */
  List<StepEvidence.Witness> covered() {
    return List.copyOf(covered);
  }

  private StepEvidence.Witness witness(BlockSum.Part part, String worker) {
    FloatSegment gradient = new FloatSegment(part.values(), part.at(), length);
    return new StepEvidence.Witness(part.block(), gradient, part.statistics(), worker);
  }

  List<BlockSum.Part> parts() {
    return taken.stream().map(Taken::part).toList();
  }
}
