package dev.yamabiko.wire;

import dev.yamabiko.protocol.SliceMessage;
import dev.yamabiko.step.Block;
import java.util.HashMap;
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
  private Version newest;

  private final ArrivingWeights arriving;

  /** Of each slice, the newest weights that are here. */
  private final Map<Integer, Version> here = new HashMap<>();

  KeptContributions(int frameBytes, ArrivingWeights arriving) {
    this.frameBytes = frameBytes;
    this.arriving = arriving;
  }

  /** Keeps it, unless it is stale; a later step's first gives up all of the steps before. */
  void add(SliceMessage.Contribute contribution, Optional<Outbox<Name>> outbox) {
    Version version = new Version(contribution.key(), contribution.step());
    if (newest != null && newest.isNewerThan(version) || arriving.mayHaveTorn(version)) {
      return;
    }
    Name name = new Name(contribution.slice(), contribution.block());
    if (isClosed(contribution.slice(), version)) {
      if (contribution.floats() == SliceMessage.Floats.COPIED) {
        outbox.ifPresent(box -> put(box, name, contribution));
      }
      return;
    }
    if (newest == null || version.isNewerThan(newest)) {
      kept.clear();
      newest = version;
      outbox.ifPresent(box -> box.cancel(older -> true));
    }
    kept.put(name, contribution);
    outbox.ifPresent(box -> put(box, name, contribution));
  }

  /**
   * Newer weights of its slice are here. Once those of the other slices are here, too, the worker
   * computes the next step into the same arrays, so that what is still to be sent of this one would
   * be torn. A copy is not; it goes out once, to be compared.
   */
  private boolean isClosed(int slice, Version contribution) {
    Version weights = here.get(slice);
    return weights != null && weights.isNewerThan(contribution);
  }

  /** Weights are about to be written; before the first of their floats is. */
  void begins(BulkFrame.WeightsBegin weights) {
    arriving.begins(new Version(weights.key(), weights.step()));
  }

  private void put(Outbox<Name> outbox, Name name, SliceMessage.Contribute contribution) {
    outbox.put(name, new FloatTransfer(FloatFrames.of(contribution, frameBytes)));
  }

  void sendAgain(Outbox<Name> outbox) {
    kept.forEach((name, contribution) -> put(outbox, name, contribution));
  }

  /** Weights are here; newer ones of a slice show that it has closed the contributions' step. */
  void forget(BulkFrame.WeightsBegin weights, Outbox<Name> outbox) {
    Version version = new Version(weights.key(), weights.step());
    here.merge(weights.slice(), version, Version::newest);
    boolean closes = newest != null && version.isNewerThan(newest);
    if (closes && kept.keySet().removeIf(name -> name.slice() == weights.slice())) {
      outbox.cancel(name -> name.slice() == weights.slice());
    }
  }

  void clear() {
    kept.clear();
  }
}
