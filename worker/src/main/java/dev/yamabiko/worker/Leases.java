package dev.yamabiko.worker;

import dev.yamabiko.protocol.WorkerMessage.ComputeBlocks;
import dev.yamabiko.protocol.WorkerMessage.TakeLease;
import dev.yamabiko.step.Block;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.TreeMap;

/**
 * What a worker has to compute of each step: by the leases in force, less what it has computed of
 * the step already, and what it is asked to compute once more. Knows nothing of messages in flight:
 * a lease that comes twice or late does no harm.
 */
final class Leases {

  private final TreeMap<Long, TakeLease> byNumber = new TreeMap<>();
  private final Queue<ComputeBlocks> again = new ArrayDeque<>();
  private final List<Block> done = new ArrayList<>();
  private long number;
  private boolean paused;
  private long step = -1;

  /** A lease of a number that was met before, or lower, is dropped. */
  void take(TakeLease lease) {
    if (lease.lease() > number) {
      number = lease.lease();
      paused = false;
      byNumber.put(number, lease);
    }
  }

  /**
   * Whether the pause is not older than what is in force; all leases before it are over, and so is
   * what was asked for of steps that have not begun.
   */
  boolean pause(long pauseNumber) {
    if (pauseNumber < number) {
      return false;
    }
    number = pauseNumber;
    paused = true;
    byNumber.clear();
    again.removeIf(request -> request.step() > step);
    return true;
  }

  void add(ComputeBlocks request) {
    again.add(request);
  }

  /** No step from this one on has begun. */
  long nextStep() {
    return step + 1;
  }

  /**
   * What to compute now with the weights of this step; empty if there is nothing. Counts as
   * computed from now on.
   */
  List<Block> next(long current) {
    if (current < step) {
      return List.of();
    }
    byNumber.values().removeIf(lease -> lease.untilStep() <= current);
    again.removeIf(request -> request.step() < current);
    if (!again.isEmpty() && again.peek().step() == current) {
      List<Block> asked = again.remove().blocks();
      begin(current);
      done.addAll(asked);
      return asked;
    }
    TakeLease lease = covering(current);
    if (paused || lease == null) {
      return List.of();
    }
    List<Block> known = current == step ? done : List.of();
    List<Block> left = lease.blocks().stream().flatMap(b -> b.minus(known).stream()).toList();
    if (!left.isEmpty()) {
      begin(current);
      done.addAll(left);
    }
    return left;
  }

  private void begin(long current) {
    if (current > step) {
      step = current;
      done.clear();
    }
  }

  /** Whether a lease that covers this step ends with it. */
  boolean isLastOfLease(long current) {
    TakeLease lease = covering(current);
    return lease != null && lease.untilStep() == current + 1;
  }

  private TakeLease covering(long current) {
    for (TakeLease lease : byNumber.descendingMap().values()) {
      if (lease.fromStep() <= current && current < lease.untilStep()) {
        return lease;
      }
    }
    return null;
  }
}
