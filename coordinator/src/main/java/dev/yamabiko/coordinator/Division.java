package dev.yamabiko.coordinator;

import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.WorkerMessage;
import dev.yamabiko.step.Block;
import dev.yamabiko.step.ShardPlanner;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which blocks of a step each worker holds in the current lease. Blocks whose holder is lost or
 * late are orphans until others adopt them.
 */
final class Division {

  private final Attendance workers;
  private final int shards;
  private final Map<String, List<Block>> held = new HashMap<>();
  private final List<Block> orphans = new ArrayList<>();
  private boolean divided;
  private long lease;

  /** The last plan, and for which speeds it is: most leases find them as they were. */
  private List<List<Block>> plan = List.of();

  private double[] planned = {};

  /**
   * @param shards of a step
   */
  Division(Attendance workers, int shards) {
    this.workers = workers;
    this.shards = shards;
  }

  /** Nobody holds anything. */
  void clear() {
    held.clear();
    orphans.clear();
    divided = false;
  }

  /** All shards go to those that are available, or the orphans if the others are held. */
  void handOut() {
    if (divided) {
      adopt();
    } else {
      divide();
    }
  }

  private void divide() {
    List<String> names = workers.available();
    plan(names);
    for (int i = 0; i < plan.size(); i++) {
      held.put(names.get(i), plan.get(i));
    }
    judge(names);
    divided = true;
  }

  /** For one more lease, if shards would now be divided as they are. Returns whether. */
  boolean keep() {
    List<String> names = workers.available();
    plan(names);
    boolean alike = names.stream().map(this::blocks).toList().equals(plan);
    if (alike) {
      judge(names);
    }
    return alike;
  }

  private void plan(List<String> names) {
    double[] speeds = workers.speeds(names);
    if (!Arrays.equals(speeds, planned)) {
      plan = ShardPlanner.plan(shards, speeds);
      planned = speeds;
    }
  }

  /** By the plan, once for each lease. */
  private void judge(List<String> names) {
    for (int i = 0; i < plan.size(); i++) {
      if (plan.get(i).isEmpty()) {
        workers.passedOver(names.get(i));
      } else {
        workers.chosen(names.get(i));
      }
    }
  }

  /** Beside what they hold: those with the least first, each some shards. */
  private void adopt() {
    List<String> names = workers.available();
    for (Block orphan : List.copyOf(orphans)) {
      int parts = Math.min(names.size(), orphan.shards());
      for (int i = 0; i < parts; i++) {
        int from = orphan.from() + ShardPlanner.bound(orphan.shards(), parts, i);
        int to = orphan.from() + ShardPlanner.bound(orphan.shards(), parts, i + 1);
        String least = leastLoaded(names);
        List<Block> blocks = new ArrayList<>(blocks(least));
        blocks.addAll(Block.cover(from, to, shards));
        held.put(least, List.copyOf(blocks));
      }
    }
    orphans.clear();
  }

  private String leastLoaded(List<String> names) {
    String least = names.get(0);
    for (String name : names) {
      if (load(name) < load(least)) {
        least = name;
      }
    }
    return least;
  }

  private int load(String worker) {
    return blocks(worker).stream().mapToInt(Block::shards).sum();
  }

  /** The worker's blocks become orphans. */
  void orphan(String worker) {
    orphans.addAll(blocks(worker));
    held.remove(worker);
  }

  boolean hasOrphans() {
    return !orphans.isEmpty();
  }

  List<Block> blocks(String worker) {
    return held.getOrDefault(worker, List.of());
  }

  /** Whose blocks hold any of these shards. */
  List<String> holdersOf(Collection<Integer> some) {
    return workers.names().stream()
        .filter(name -> blocks(name).stream().anyMatch(b -> some.stream().anyMatch(b::holds)))
        .toList();
  }

  /** What is told from now on carries a new number. */
  void renew() {
    workers.leaseBegins(++lease);
  }

  long lease() {
    return lease;
  }

  WorkerMessage.TakeLease lease(String worker, RunKey key, long fromStep, long untilStep) {
    return new WorkerMessage.TakeLease(key, lease, blocks(worker), fromStep, untilStep);
  }
}
