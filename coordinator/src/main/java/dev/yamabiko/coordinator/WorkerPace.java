package dev.yamabiko.coordinator;

import dev.yamabiko.protocol.RunEvent;

/**
 * How a worker keeps up with a run: what it has computed and in which time, by its own clock and
 * without its waiting, and how often its late shards were handed out a second time.
 */
record WorkerPace(long examples, long nanos, long reissued) {

  static final WorkerPace NONE = new WorkerPace(0, 0, 0);

  WorkerPace plus(RunEvent.WorkerMeasured measured) {
    return new WorkerPace(examples + measured.examples(), nanos + measured.nanos(), reissued);
  }

  WorkerPace plusReissue() {
    return new WorkerPace(examples, nanos, reissued + 1);
  }

  /** Examples per second of computing; NaN where nothing is measured yet. */
  double speed() {
    return examples * 1e9 / nanos;
  }
}
