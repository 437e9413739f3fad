package dev.yamabiko.wire;

import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.SliceMessage;
import dev.yamabiko.step.Block;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The contributions that a worker sends again on the next connection: those of the newest step, by
 * reference, until newer weights of their slice arrive. Which of them a lost connection has brought
 * cannot be known, and a second one does no harm. Used under the client's lock.
 */
final class KeptContributions {

  /** What is sent under one name replaces what was. */
  record Name(int slice, Block block) {}

  private final int frameBytes;
  private final Map<Name, SliceMessage.Contribute> kept = new LinkedHashMap<>();
  private SliceMessage.Contribute newest;

  /** The newest weights that have begun to arrive. */
  private RunKey begunKey;

  private long begunStep;

  KeptContributions(int frameBytes) {
    this.frameBytes = frameBytes;
  }

  /** Keeps it, unless it is stale; a later step's first gives up all of the steps before. */
  void add(SliceMessage.Contribute contribution, Optional<Outbox<Name>> outbox) {
    if (newest != null && isNewer(newest, contribution) || mayBeOfTornWeights(contribution)) {
      return;
    }
    if (newest == null || isNewer(contribution, newest)) {
      kept.clear();
      newest = contribution;
      outbox.ifPresent(box -> box.cancel(name -> true));
    }
    Name name = new Name(contribution.slice(), contribution.block());
    kept.put(name, contribution);
    outbox.ifPresent(box -> put(box, name, contribution));
  }

  /**
   * Weights[t + 2] arrive where weights[t] were. What a slow worker has computed meanwhile may have
   * read some of both; it is of no use, and would look as if the worker computed wrongly.
   */
  private boolean mayBeOfTornWeights(SliceMessage.Contribute contribution) {
    return begunKey != null
        && Versions.isNewer(begunKey, begunStep, contribution.key(), contribution.step() + 1);
  }

  /** Weights are about to be written; before the first of their floats is. */
  void begins(BulkFrame.WeightsBegin weights) {
    if (begunKey == null || Versions.isNewer(weights.key(), weights.step(), begunKey, begunStep)) {
      begunKey = weights.key();
      begunStep = weights.step();
    }
  }

  private static boolean isNewer(SliceMessage.Contribute a, SliceMessage.Contribute b) {
    return Versions.isNewer(a.key(), a.step(), b.key(), b.step());
  }

  private void put(Outbox<Name> outbox, Name name, SliceMessage.Contribute contribution) {
    outbox.put(name, new FloatTransfer(FloatFrames.of(contribution, frameBytes)));
  }

  void sendAgain(Outbox<Name> outbox) {
    kept.forEach((name, contribution) -> put(outbox, name, contribution));
  }

  /** Newer weights of a slice show that it has closed the contributions' step. */
  void forget(BulkFrame.WeightsBegin weights, Outbox<Name> outbox) {
    boolean closes =
        newest != null
            && Versions.isNewer(weights.key(), weights.step(), newest.key(), newest.step());
    if (closes && kept.keySet().removeIf(name -> name.slice() == weights.slice())) {
      outbox.cancel(name -> name.slice() == weights.slice());
    }
  }

  void clear() {
    kept.clear();
  }
}
