package dev.yamabiko.coordinator.shared;

import java.time.Duration;

/**
 * Whether a lease may be taken from its holder, as one contender sees it: when the holder has not
 * renewed it for the timeout, by the contender's own clock, which only ever goes on. So the clocks
 * of machines need not agree, nor may anybody's be set.
 */
final class LeaseWatch {

  private final Duration timeout;
  private LeaseRecord last = LeaseRecord.FREE;
  private long since;

  LeaseWatch(Duration timeout) {
    this.timeout = timeout;
  }

  /**
   * @param nanos now, by {@link System#nanoTime}
   * @return whether the holder has had its time
   */
  boolean hasExpired(LeaseRecord seen, long nanos) {
    if (!seen.equals(last)) {
      last = seen;
      since = nanos;
    }
    return seen.owner().isEmpty() || nanos - since >= timeout.toNanos();
  }
}
