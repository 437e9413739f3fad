package dev.yamabiko.wire;

import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.WorkerMessage;

/** Which of two messages of one run is newer: by term and lineage, then by step. */
final class Versions {

  private Versions() {}

  static boolean isNewer(WorkerMessage.InstallWeights a, WorkerMessage.InstallWeights b) {
    return isNewer(a.key(), a.step(), b.key(), b.step());
  }

  static boolean isNewer(RunKey key, long step, RunKey otherKey, long otherStep) {
    return otherKey.isOlderThan(key) || otherKey.equals(key) && step > otherStep;
  }
}
