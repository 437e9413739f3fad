package dev.yamabiko.wire;

import dev.yamabiko.protocol.RunKey;

/**
 * Of weights or contributions of one run: the newer one is that of a later term or lineage, or
 * step.
 */
record Version(RunKey key, long step) {

  boolean isNewerThan(Version other) {
    return other.key.isOlderThan(key) || other.key.equals(key) && step > other.step;
  }

  /**
   * The newer one.
   *
   * @param known null if there is none yet
   */
  static Version newest(Version known, Version found) {
    return known == null || found.isNewerThan(known) ? found : known;
  }
}
