package dev.yamabiko.wire;

import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.WorkerMessage;
import java.util.HashMap;
import java.util.Map;

/**
 * What shows of a run's slices which steps they have closed: weights[t + 1], which any of its links
 * was given to send, that this slice has closed step t; a contribution to step t + 1 that all of
 * them have, wherever they live. Thread-safe.
 */
final class SentWeights {

  private final Map<Integer, Version> newest = new HashMap<>();
  private Version contributed;

  synchronized void add(WorkerMessage.InstallWeights weights) {
    newest.merge(weights.slice(), new Version(weights.key(), weights.step()), Version::newest);
  }

  /** Whether this slice has closed the step, and so takes nothing of it any more. */
  synchronized boolean isClosed(RunKey key, long step, int slice) {
    Version sent = newest.get(slice);
    return sent != null && sent.isNewerThan(new Version(key, step));
  }

  /** A contribution begins to arrive; it tells nothing if no weights of its step were sent yet. */
  synchronized void contributed(RunKey key, long step) {
    Version found = new Version(key, step);
    if (newest.values().stream().anyMatch(sent -> !found.isNewerThan(sent))) {
      contributed = Version.newest(contributed, found);
    }
  }

  /**
   * Whether all slices have closed the step, so that nobody needs weights[step]. A slice overwrites
   * them only with contributions to a later step: floats that were read before this was still false
   * are those of weights[step].
   */
  synchronized boolean isClosed(RunKey key, long step) {
    return contributed != null && contributed.isNewerThan(new Version(key, step));
  }
}
