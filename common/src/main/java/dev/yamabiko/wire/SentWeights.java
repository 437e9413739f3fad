package dev.yamabiko.wire;

import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.WorkerMessage;
import java.util.HashMap;
import java.util.Map;

/**
 * The newest weights of each slice of a run that any of its links was given to send: weights[t + 1]
 * show that the slice has closed step t. Thread-safe.
 */
final class SentWeights {

  private final Map<Integer, Version> newest = new HashMap<>();

  synchronized void add(WorkerMessage.InstallWeights weights) {
    newest.merge(weights.slice(), new Version(weights.key(), weights.step()), Version::newest);
  }

  /** Whether this slice has closed the step, and so takes nothing of it any more. */
  synchronized boolean isClosed(RunKey key, long step, int slice) {
    Version sent = newest.get(slice);
    return sent != null && sent.isNewerThan(new Version(key, step));
  }

  /**
   * Whether all slices have closed the step, so that nobody needs weights[step]. Not before may
   * they be overwritten, since for that workers have to be sent weights[step + 1] of all slices:
   * floats that were read before this was still false are those of weights[step].
   */
  synchronized boolean isClosed(RunKey key, long step) {
    return !newest.isEmpty()
        && newest.keySet().stream().allMatch(slice -> isClosed(key, step, slice));
  }
}
