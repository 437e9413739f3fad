package dev.yamabiko.coordinator;

import dev.yamabiko.model.Checkpoint;
import dev.yamabiko.model.Checkpoint.Best;
import dev.yamabiko.model.Checkpoint.Position;
import dev.yamabiko.model.Checkpoint.WayBack;
import dev.yamabiko.protocol.RunEvent;
import dev.yamabiko.protocol.RunMessage;
import java.util.Optional;

/**
 * The checkpoint that a run takes: put together from the slices' copies, with what {@link
 * Rollbacks} hold, and only when the one before is written, so that a slow disk does not fill the
 * memory.
 */
final class CheckpointTaking {

  private final int length;
  private final int stateVectors;
  private final Rollbacks rollbacks;
  private Snapshot snapshot;
  private Checkpoint taken;
  private Checkpoint last;
  private boolean writing;

  /**
   * @param length of the flat vector
   * @param stateVectors of the optimizer
   * @param begin where the run begins
   */
  CheckpointTaking(int length, int stateVectors, Rollbacks rollbacks, Checkpoint begin) {
    this.length = length;
    this.stateVectors = stateVectors;
    this.rollbacks = rollbacks;
    last = begin;
  }

  /** Whether the last one was taken here. */
  boolean isTakenAt(Position position) {
    return taken != null && taken.position().equals(position);
  }

  /** So many slices are to copy all that a checkpoint holds into this one. */
  Snapshot begin(int slices, boolean gradient) {
    snapshot = new Snapshot(length, stateVectors, gradient, slices);
    return snapshot;
  }

  /** So many slices are to copy what somebody wants to look at into this one. */
  Snapshot beginLook(int slices, boolean gradient) {
    snapshot = new Snapshot(length, 0, gradient, slices);
    return snapshot;
  }

  void accept(RunMessage.SliceRead read) {
    snapshot.accept(read);
  }

  /** Whether all copies are here. */
  boolean isCopied() {
    return snapshot.isComplete();
  }

  /** Whether the one before is still being written, or looked at. */
  boolean isWriting() {
    return writing;
  }

  /**
   * From the copies; it is being written from now on.
   *
   * @param due at this step, and not taken for another reason
   */
  RunEvent.CheckpointTaken take(Position position, Optional<Best> best, boolean due) {
    Checkpoint copied =
        new Checkpoint(
            position, snapshot.weights(), snapshot.state(), best, WayBack.NONE, snapshot.cuts());
    taken = rollbacks.hold(copied, due);
    last = taken;
    writing = true;
    RunEvent.CheckpointTaken event = new RunEvent.CheckpointTaken(taken, snapshot.gradient());
    snapshot = null;
    return event;
  }

  /** From the copies, no checkpoint; somebody looks at them from now on. */
  RunEvent.WeightsCopied look(Position position) {
    RunEvent.WeightsCopied event =
        new RunEvent.WeightsCopied(position.step(), snapshot.weights(), snapshot.gradient());
    snapshot = null;
    writing = true;
    return event;
  }

  void written() {
    writing = false;
  }

  /** The last one that was taken. */
  Checkpoint taken() {
    return taken;
  }

  /** Where a run goes on from that is interrupted now. */
  Checkpoint last() {
    return last;
  }

  /** The run has gone back, to before the last one that was taken. */
  void goBackTo(Checkpoint from) {
    taken = null;
    last = from;
  }
}
