package dev.yamabiko.coordinator;

import akka.actor.typed.ActorRef;
import dev.yamabiko.protocol.WorkerMessage;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Who takes part in a run, in the order in which they came: who is ready, who is late, who can be
 * reached, how fast each is. Nothing here changes what is computed, only by whom.
 */
final class Attendance {

  /** Speeds that differ by less are taken to be equal: measuring is not that exact. */
  private static final double EQUAL = 1.3;

  /** A worker that is late, or too slow for any shard, is tried again after ever more leases. */
  private static final int MOST_STRIKES = 6;

  /** Of a new measurement; the rest is the older ones'. */
  private static final double NEW = 0.5;

  private enum State {
    /** Has not got ready for the weights that slices hold. */
    INVITED,
    READY,
    /** Was ready, and has not been heard of since something of its was late. */
    LATE
  }

  private static final class Member {
    final ActorRef<WorkerMessage> ref;
    State state = State.INVITED;

    /** No state: a connection is lost and comes back whether or not its worker is ready. */
    boolean connected = true;

    /** How often it was late since it last finished a lease. */
    int strikes;

    /** The first lease that it may have part in again. */
    long pardon;

    /** Examples per second; NaN until measured. */
    double speed = Double.NaN;

    /** The speed is not what was measured: the worker has been given nothing since. */
    boolean assumed;

    /** How often in a row it was measured to be too slow for any shard. */
    int refusals;

    Member(ActorRef<WorkerMessage> ref) {
      this.ref = ref;
    }

    boolean isPresent() {
      return state != State.INVITED;
    }

    boolean isAvailable() {
      return state == State.READY && connected;
    }
  }

  private final Map<String, Member> members = new LinkedHashMap<>();

  /** In force. */
  private long lease;

  /** Takes part once it is ready. */
  void invite(String worker, ActorRef<WorkerMessage> ref) {
    members.put(worker, new Member(ref));
  }

  /** It has been heard of. Returns whether this is news. */
  boolean ready(String worker) {
    Member member = members.get(worker);
    if (member == null || member.isPresent()) {
      return false;
    }
    member.state = State.READY;
    return true;
  }

  /** For other weights: all have to get ready again. */
  void begin() {
    members.values().forEach(member -> member.state = State.INVITED);
  }

  void remove(String worker) {
    members.remove(worker);
  }

  /** It gets nothing until it has been heard of, nor for some leases if that happens often. */
  void suspend(String worker) {
    Member member = members.get(worker);
    if (member != null && member.state == State.READY) {
      member.state = State.LATE;
      member.pardon = lease + (1L << Math.min(member.strikes++, MOST_STRIKES)) - 1;
      // Not measured, but it cannot be as fast as was thought.
      member.speed = member.speed / 2;
    }
  }

  /** As {@link #suspend}; and it gets nothing until it is connected again. */
  void disconnected(String worker) {
    Member member = members.get(worker);
    if (member != null) {
      suspend(worker);
      member.connected = false;
    }
  }

  void connected(String worker) {
    Member member = members.get(worker);
    if (member != null) {
      member.connected = true;
    }
  }

  /** It is alive, if not quick. */
  void heardOf(String worker) {
    Member member = members.get(worker);
    if (member != null && member.state == State.LATE) {
      member.state = State.READY;
    }
  }

  void measured(String worker, long examples, long nanos) {
    Member member = members.get(worker);
    if (member != null && examples > 0 && nanos > 0) {
      member.strikes = 0;
      double speed = examples * 1e9 / nanos;
      boolean first = Double.isNaN(member.speed) || member.assumed;
      member.speed = first ? speed : NEW * speed + (1 - NEW) * member.speed;
      member.assumed = false;
    }
  }

  /** Its speed has earned it a part in the lease that begins. */
  void chosen(String worker) {
    Member member = members.get(worker);
    if (!member.assumed) {
      member.refusals = 0;
    }
  }

  /**
   * By its speed it has no part in the lease that begins. Who computes nothing is not measured, and
   * what was measured may have been the first steps, before its kernels were compiled; so it is
   * taken to get faster, up to the mean, until it is tried again. The time until then doubles with
   * each try that was in vain.
   */
  void passedOver(String worker) {
    Member member = members.get(worker);
    if (!member.assumed) {
      member.assumed = true;
      member.refusals = Math.min(member.refusals + 1, MOST_STRIKES);
    }
    double faster = member.speed * Math.pow(2, 1.0 / (1 << (member.refusals - 1)));
    member.speed = Math.max(member.speed, Math.min(faster, meanSpeed()));
  }

  private double meanSpeed() {
    return members.values().stream()
        .mapToDouble(member -> member.speed)
        .filter(speed -> !Double.isNaN(speed))
        .average()
        .orElse(Double.NaN);
  }

  /** A lease of this number is given now; by these numbers the late are pardoned. */
  void leaseBegins(long number) {
    lease = number;
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

  boolean isReady(String worker) {
    Member member = members.get(worker);
    return member != null && member.isPresent();
  }

  /** Those that can be asked: ready, connected, and not known to be late. */
  List<String> available() {
    List<String> trusted = named(member -> member.isAvailable() && member.pardon <= lease);
    return trusted.isEmpty() ? named(Member::isAvailable) : trusted;
  }

  /** Whether others than this one can be asked. */
  boolean hasOthersThan(String worker) {
    return available().stream().anyMatch(name -> !name.equals(worker));
  }

  /** Those that have not got ready yet. */
  List<String> invited() {
    return named(member -> !member.isPresent());
  }

  /** Those that have not been heard of since they were late. */
  List<String> late() {
    return named(member -> member.state == State.LATE);
  }

  private List<String> named(Predicate<Member> which) {
    return members.entrySet().stream()
        .filter(entry -> which.test(entry.getValue()))
        .map(Map.Entry::getKey)
        .toList();
  }

  /** Those that are ready, late or not. */
  int size() {
    return named(Member::isPresent).size();
  }

  /** Those that are ready and can be reached, late or not. */
  List<String> connected() {
    return named(member -> member.isPresent() && member.connected);
  }

  /** Relative; the mean for those who are not known, and all 1 where they hardly differ. */
  double[] speeds(List<String> names) {
    double mean = meanSpeed();
    double[] speeds =
        names.stream()
            .mapToDouble(name -> members.get(name).speed)
            .map(speed -> Double.isNaN(speed) ? mean : speed)
            .toArray();
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
}
