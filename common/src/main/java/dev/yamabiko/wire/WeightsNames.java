package dev.yamabiko.wire;

import dev.yamabiko.protocol.WorkerMessage;
import java.util.HashMap;
import java.util.Map;

/**
 * Names weights in one connection's outbox: newer ones of a slice take the place of older ones, but
 * older ones, which a newcomer needs as well, never that of newer ones. Thread-safe.
 */
final class WeightsNames {

  private final Map<Integer, Version> newest = new HashMap<>();

  synchronized int of(WorkerMessage.InstallWeights weights) {
    int slice = weights.slice();
    Version version = new Version(weights.key(), weights.step());
    Version known = newest.merge(slice, version, Version::newest);
    return known.isNewerThan(version) ? ~slice : slice;
  }
}
