package dev.yamabiko.coordinator;

import akka.actor.typed.ActorRef;
import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.WorkerMessage;
import dev.yamabiko.step.Block;
import dev.yamabiko.step.ShardPlanner;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * The workers of a run, in the order in which they get shards, and the lease of each: its blocks of
 * every step. A lease has a number, so that a worker knows an older one from a newer one.
 */
final class WorkerSet {

  private final Map<String, ActorRef<WorkerMessage>> workers;
  private final Map<String, List<Block>> blocks = new LinkedHashMap<>();
  private long lease;

  /**
   * @param workers by name, in order
   */
  WorkerSet(Map<String, ActorRef<WorkerMessage>> workers) {
    this.workers = new LinkedHashMap<>(workers);
  }

  int size() {
    return workers.size();
  }

  List<String> names() {
    return List.copyOf(workers.keySet());
  }

  void forEach(BiConsumer<String, ActorRef<WorkerMessage>> action) {
    workers.forEach(action);
  }

  ActorRef<WorkerMessage> get(String worker) {
    return workers.get(worker);
  }

  /** Divides the shards of a step among the workers. */
  void divide(int shards) {
    List<List<Block>> plan = ShardPlanner.plan(shards, workers.size());
    int i = 0;
    for (String name : workers.keySet()) {
      blocks.put(name, plan.get(i++));
    }
  }

  /** Whether the shards are divided. */
  boolean isDivided() {
    return !blocks.isEmpty();
  }

  /** What is told from now on carries a new number. */
  void renew() {
    lease++;
  }

  long lease() {
    return lease;
  }

  WorkerMessage.TakeLease lease(String worker, RunKey key, long fromStep, long untilStep) {
    return new WorkerMessage.TakeLease(key, lease, blocks.get(worker), fromStep, untilStep);
  }

  /** Whose blocks hold any of these shards. */
  List<String> holdersOf(List<Integer> shards) {
    List<String> holders = new ArrayList<>();
    blocks.forEach(
        (worker, held) -> {
          if (held.stream().anyMatch(block -> holdsAny(block, shards))) {
            holders.add(worker);
          }
        });
    return holders;
  }

  private static boolean holdsAny(Block block, List<Integer> shards) {
    return shards.stream().anyMatch(shard -> block.from() <= shard && shard < block.to());
  }
}
