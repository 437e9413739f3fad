package dev.yamabiko.coordinator;

import akka.actor.typed.ActorRef;
import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.WorkerMessage;
import dev.yamabiko.step.Block;
import dev.yamabiko.step.ShardPlanner;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/**
 * The workers of a run, in the order in which they came: who is ready, which blocks each holds in
 * the current lease, how fast each is. Blocks whose holder is lost or late are orphans until others
 * adopt them; nothing here changes what is computed, only by whom.
 */
final class WorkerSet {

  /** Speeds that differ by less are taken to be equal: measuring is not that exact. */
  private static final double EQUAL = 1.3;

  /** A worker that answers but never finishes is tried again after ever more leases. */
  private static final int MOST_STRIKES = 6;

  /** Of a new measurement; the rest is the older ones'. */
  private static final double NEW = 0.5;

  private static final class Member {
    final ActorRef<WorkerMessage> ref;
    List<Block> blocks = List.of();
    boolean ready;
    boolean late;
    boolean disconnected;

    /** How often it was late since it last finished a lease. */
    int strikes;

    /** The first lease that it may have part in again. */
    long pardon;

    boolean isAvailable() {
      return ready && !late && !disconnected;
    }

    /** Examples per second; NaN until measured. */
    double speed = Double.NaN;

    Member(ActorRef<WorkerMessage> ref) {
      this.ref = ref;
    }
  }

  private final Map<String, Member> members = new LinkedHashMap<>();
  private final List<Block> orphans = new ArrayList<>();
  private boolean divided;
  private long lease;

  /** Takes part once it is ready. */
  void invite(String worker, ActorRef<WorkerMessage> ref) {
    members.put(worker, new Member(ref));
  }

  /** It has been heard of. Returns whether this is news. */
  boolean ready(String worker) {
    Member member = members.get(worker);
    if (member == null || member.ready) {
      return false;
    }
    member.ready = true;
    member.late = false;
    return true;
  }

  /** For other weights: all have to get ready again, and hold nothing until then. */
  void begin() {
    members.values().forEach(member -> member.ready = false);
    undivide();
  }

  /** Its blocks become orphans. */
  void remove(String worker) {
    Member member = members.remove(worker);
    if (member != null) {
      orphans.addAll(member.blocks);
    }
  }

  /**
   * Its blocks become orphans, and it gets none until it has been heard of.
   *
   * @return whether it held any
   */
  boolean suspend(String worker) {
    Member member = members.get(worker);
    if (member == null || member.late) {
      return false;
    }
    member.late = true;
    member.pardon = lease + (1L << Math.min(member.strikes++, MOST_STRIKES)) - 1;
    // Not measured, but it cannot be as fast as was thought.
    member.speed = member.speed / 2;
    orphans.addAll(member.blocks);
    boolean held = !member.blocks.isEmpty();
    member.blocks = List.of();
    return held;
  }

  /** As {@link #suspend}; and it gets nothing until it is connected again. */
  void disconnected(String worker) {
    Member member = members.get(worker);
    if (member != null) {
      suspend(worker);
      member.disconnected = true;
    }
  }

  void connected(String worker) {
    Member member = members.get(worker);
    if (member != null) {
      member.disconnected = false;
    }
  }

  /** It is alive, if not quick. */
  void heardOf(String worker) {
    Member member = members.get(worker);
    if (member != null) {
      member.late = false;
    }
  }

  void measured(String worker, long examples, long nanos) {
    Member member = members.get(worker);
    if (member != null && examples > 0 && nanos > 0) {
      member.strikes = 0;
      double speed = examples * 1e9 / nanos;
      member.speed = Double.isNaN(member.speed) ? speed : NEW * speed + (1 - NEW) * member.speed;
    }
  }

  boolean contains(String worker) {
    return members.containsKey(worker);
  }

  ActorRef<WorkerMessage> get(String worker) {
    return members.get(worker).ref;
  }

  /** All that take part or are invited. */
  List<String> names() {
    return List.copyOf(members.keySet());
  }

  void forEach(BiConsumer<String, ActorRef<WorkerMessage>> action) {
    members.forEach((name, member) -> action.accept(name, member.ref));
  }

  boolean isReady(String worker) {
    Member member = members.get(worker);
    return member != null && member.ready;
  }

  /** Those that can be asked: ready, connected, and not known to be late. */
  List<String> available() {
    List<String> trusted = named(member -> member.isAvailable() && member.pardon <= lease);
    return trusted.isEmpty() ? named(Member::isAvailable) : trusted;
  }

  /** Those that have not been heard of since they were late. */
  List<String> late() {
    return named(member -> member.ready && member.late);
  }

  private List<String> named(Predicate<Member> which) {
    return members.entrySet().stream()
        .filter(entry -> which.test(entry.getValue()))
        .map(Map.Entry::getKey)
        .toList();
  }

  /** Those that are ready, late or not. */
  int size() {
    return (int) members.values().stream().filter(member -> member.ready).count();
  }

  /** Those that are ready and can be reached, late or not. */
  int connected() {
    return (int)
        members.values().stream().filter(member -> member.ready && !member.disconnected).count();
  }

  /** Divides the shards of a step among those that are available. */
  void divide(int shards) {
    List<String> names = available();
    members.values().forEach(member -> member.blocks = List.of());
    List<List<Block>> plan = ShardPlanner.plan(shards, speeds(names));
    for (int i = 0; i < plan.size(); i++) {
      members.get(names.get(i)).blocks = plan.get(i);
    }
    orphans.clear();
    divided = true;
  }

  /** Relative, and all 1 where they hardly differ or not all are known. */
  private double[] speeds(List<String> names) {
    double[] speeds = names.stream().mapToDouble(name -> members.get(name).speed).toArray();
    double least = Double.POSITIVE_INFINITY;
    double most = 0;
    for (double speed : speeds) {
      least = Math.min(least, speed);
      most = Math.max(most, speed);
    }
    if (Double.isNaN(least) || most < EQUAL * least) {
      Arrays.fill(speeds, 1);
    }
    return speeds;
  }

  /** Nobody holds anything. */
  void undivide() {
    members.values().forEach(member -> member.blocks = List.of());
    orphans.clear();
    divided = false;
  }

  /** Whether the shards are divided, orphans included. */
  boolean isDivided() {
    return divided;
  }

  boolean hasOrphans() {
    return !orphans.isEmpty();
  }

  /**
   * Gives the orphans to those that are available, beside what they hold: those with the least
   * first, each some shards.
   */
  void adopt(int shards) {
    List<String> names = new ArrayList<>(available());
    for (Block orphan : List.copyOf(orphans)) {
      int parts = Math.min(names.size(), orphan.shards());
      for (int i = 0; i < parts; i++) {
        int from = orphan.from() + ShardPlanner.bound(orphan.shards(), parts, i);
        int to = orphan.from() + ShardPlanner.bound(orphan.shards(), parts, i + 1);
        Member least = leastLoaded(names);
        List<Block> blocks = new ArrayList<>(least.blocks);
        blocks.addAll(Block.cover(from, to, shards));
        least.blocks = List.copyOf(blocks);
      }
    }
    orphans.clear();
  }

  private Member leastLoaded(List<String> names) {
    Member least = members.get(names.get(0));
    for (String name : names) {
      Member member = members.get(name);
      if (load(member) < load(least)) {
        least = member;
      }
    }
    return least;
  }

  private static int load(Member member) {
    return member.blocks.stream().mapToInt(Block::shards).sum();
  }

  /** What is told from now on carries a new number. */
  void renew() {
    lease++;
  }

  long lease() {
    return lease;
  }

  WorkerMessage.TakeLease lease(String worker, RunKey key, long fromStep, long untilStep) {
    return new WorkerMessage.TakeLease(key, lease, members.get(worker).blocks, fromStep, untilStep);
  }

  List<Block> blocks(String worker) {
    return members.get(worker).blocks;
  }

  /** Whose blocks hold any of these shards. */
  List<String> holdersOf(Collection<Integer> shards) {
    List<String> holders = new ArrayList<>();
    members.forEach(
        (worker, member) -> {
          if (member.blocks.stream().anyMatch(block -> shards.stream().anyMatch(block::holds))) {
            holders.add(worker);
          }
        });
    return holders;
  }
}
