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

  /** Of {@link #done}, what is being computed right now. */
  private List<Block> computing = List.of();

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

  /** What is on its way to be done need not be asked for once more. */
  void add(ComputeBlocks request) {
    List<Block> blocks = new ArrayList<>(request.blocks());
    if (request.step() == step) {
      blocks.removeAll(computing);
    }
    for (ComputeBlocks waiting : again) {
      if (waiting.step() == request.step()) {
        blocks.removeAll(waiting.blocks());
      }
    }
    if (!blocks.isEmpty()) {
      again.add(new ComputeBlocks(request.key(), request.step(), blocks));
    }
  }

  /** What {@link #next} gave is computed. */
  void ended() {
    computing = List.of();
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
      return started(current, again.remove().blocks());
    }
    TakeLease lease = covering(current);
    if (paused || lease == null) {
      return List.of();
    }
    List<Block> known = current == step ? done : List.of();
    List<Block> left = lease.blocks().stream().flatMap(b -> b.minus(known).stream()).toList();
    return left.isEmpty() ? left : started(current, left);
  }

  private List<Block> started(long newStep, List<Block> blocks) {
    if (newStep > step) {
      step = newStep;
      done.clear();
    }
    done.addAll(blocks);
    computing = blocks;
    return blocks;
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
