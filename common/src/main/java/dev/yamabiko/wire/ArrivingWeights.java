package dev.yamabiko.wire;

/**
 * The newest weights that have begun to arrive at a worker, over whichever of its connections in
 * one run. Thread-safe.
 */
public final class ArrivingWeights {

  private Version newest;

  /** Before the first of their floats is written. */
  synchronized void begins(Version weights) {
    newest = Version.newest(newest, weights);
  }

  /**
   * Weights[t + 2] arrive where weights[t] were. What a slow worker has computed meanwhile may have
   * read some of both; it is of no use, and would look as if the worker computed wrongly.
   */
  synchronized boolean mayHaveTorn(Version contribution) {
    return newest != null
        && newest.isNewerThan(new Version(contribution.key(), contribution.step() + 1));
  }
}
