package dev.yamabiko.cli.forecast;

import dev.yamabiko.step.StepPlan;
import java.util.OptionalInt;

/**
 * What a step is forecast for, but for the number of nodes.
 *
 * @param floats of the flat vector
 * @param plan of which examples are in which shard; the first step stands for all
 * @param mostWorkers that the job takes
 * @param upBytes of a float of a contribution
 * @param downBytes of a float of the weights
 * @param threads that each worker computes on
 * @param sharedCores of the one machine that all processes share; empty if each has its own
 * @param link of every node
 */
public record Setting(
    int floats,
    StepPlan plan,
    int mostWorkers,
    double upBytes,
    double downBytes,
    int threads,
    OptionalInt sharedCores,
    Link link) {

  public Setting with(Link other) {
    return new Setting(floats, plan, mostWorkers, upBytes, downBytes, threads, sharedCores, other);
  }

  public Setting withShards(int shards) {
    StepPlan other = new StepPlan(plan.examples(), plan.batchSize(), shards, plan.epochs());
    return new Setting(floats, other, mostWorkers, upBytes, downBytes, threads, sharedCores, link);
  }
}
