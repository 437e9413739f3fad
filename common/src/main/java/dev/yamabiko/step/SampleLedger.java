package dev.yamabiko.step;

import dev.yamabiko.data.Sampler;
import java.util.Optional;

/**
 * Holds what workers say they have read against what the sampler draws, block by block, before a
 * step is applied: each example of a step's batch once, and no other. Draws an epoch's order when
 * that is first asked for; belongs to one thread at a time.
 */
public final class SampleLedger {

  private final StepPlan plan;
  private final long seed;
  private int[] order;
  private int epoch = -1;

  /**
   * @param seed of the job
   */
  public SampleLedger(StepPlan plan, long seed) {
    this.plan = plan;
    this.seed = seed;
  }

  /** What is wrong with a contribution to this step; empty if it has the block's samples. */
  public Optional<String> check(long step, Block block, Statistics found) {
    int from = plan.batchFrom(step) + plan.shardFrom(step, block.from());
    int to = plan.batchFrom(step) + plan.shardFrom(step, block.to());
    long hash = drawn(plan.epochOf(step), from, to);
    if (found.examples() == to - from && found.sampleHash() == hash) {
      return Optional.empty();
    }
    return Optional.of(
        "expected shards %s of step %d to be the %d samples that were drawn (%s) but they are %d others (%s)"
            .formatted(
                block,
                step,
                to - from,
                SampleHash.text(hash),
                found.examples(),
                SampleHash.text(found.sampleHash())));
  }

  private long drawn(int ofEpoch, int from, int to) {
    if (ofEpoch != epoch) {
      order = Sampler.order(seed, ofEpoch, plan.examples());
      epoch = ofEpoch;
    }
    long hash = 0;
    for (int i = from; i < to; i++) {
      hash += SampleHash.of(order[i]);
    }
    return hash;
  }
}
