package dev.yamabiko.coordinator;

import dev.yamabiko.protocol.RunMessage;
import dev.yamabiko.step.Block;
import dev.yamabiko.step.StepPlan;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * What the slices of a run answer when they are asked which shards they wait for: one answer of
 * each slice makes one whole. All of a late worker's slices lack the same shards; were each answer
 * acted upon, the second would blame those who have just been given them.
 */
final class MissingShards {

  private final int slices;
  private final long step;
  private final Set<Integer> answered = new HashSet<>();
  private final TreeSet<Integer> shards = new TreeSet<>();

  /** Of each slice that lacks some of this step. */
  private final List<Set<Integer>> bySlice = new ArrayList<>();

  /**
   * @param step that is not closed
   */
  MissingShards(int slices, long step) {
    this.slices = slices;
    this.step = step;
  }

  long step() {
    return step;
  }

  /**
   * Takes an answer; one of a slice that has gone on to a later step lacks nothing of this one.
   *
   * @return what is missing on any slice, in order, once all have answered
   */
  Optional<Set<Integer>> accept(RunMessage.ShardsMissing missing) {
    if (missing.step() == step) {
      shards.addAll(missing.shards());
      bySlice.add(Set.copyOf(missing.shards()));
    }
    return answered.add(missing.slice()) && answered.size() == slices
        ? Optional.of(new TreeSet<>(shards))
        : Optional.empty();
  }

  /** What is missing of the block, in as few nodes of the tree as no slice refuses. */
  List<Block> of(Block block, StepPlan plan) {
    if (shards.stream().noneMatch(block::holds)) {
      return List.of();
    }
    if (!isPartlyThere(block, plan)) {
      return List.of(block);
    }
    List<Block> parts = new ArrayList<>(of(block.left(), plan));
    parts.addAll(of(block.right(), plan));
    return parts;
  }

  /** Whether a slice has a part of it already, and so would refuse it as a whole. */
  boolean isPartlyThere(Block block, StepPlan plan) {
    long full =
        IntStream.range(block.from(), block.to()).filter(i -> !plan.isEmpty(step, i)).count();
    return bySlice.stream()
        .mapToLong(lacks -> lacks.stream().filter(block::holds).count())
        .anyMatch(count -> count > 0 && count < full);
  }
}
