package dev.yamabiko.worker;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How long a node has not been let in, and what of it is worth a line: soon that it waits, later
 * why, and that seldom. It outlives the node's actor systems: where another server has the port,
 * Akka ends one after the other, each within seconds. For any number of threads.
 */
final class Admission {

  /** By then a node has joined, if there is a coordinator. */
  private static final Duration SOON = Duration.ofSeconds(3);

  /** A coordinator that is started beside its nodes is there by then. */
  private static final Duration LATE = Duration.ofSeconds(30);

  private static final Duration SELDOM = Duration.ofMinutes(10);

  enum Line {
    NONE,
    WAITS,
    REASONS
  }

  private final LongSupplier nanoTime;
  private long since;
  private boolean saidThatItWaits;
  private Duration nextReasons = LATE;
  private String lastCause = "";
  private long lastCauseSaid;

  Admission(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    since = nanoTime.getAsLong();
  }

  /** What to say now; to be asked every second or so. */
  synchronized Line next(boolean isAlone) {
    long now = nanoTime.getAsLong();
    if (!isAlone) {
      since = now;
      saidThatItWaits = false;
      nextReasons = LATE;
      lastCause = "";
      return Line.NONE;
    }
    Duration waited = Duration.ofNanos(now - since);
    if (waited.compareTo(nextReasons) >= 0) {
      nextReasons = waited.plus(SELDOM);
      return Line.REASONS;
    }
    if (!saidThatItWaits && waited.compareTo(SOON) >= 0) {
      saidThatItWaits = true;
      return Line.WAITS;
    }
    return Line.NONE;
  }

  /**
   * Whether it tries again for another cause than the last time, has been let in since, or has not
   * said so for long.
   */
  synchronized boolean isNews(String cause) {
    long now = nanoTime.getAsLong();
    if (cause.equals(lastCause) && now - lastCauseSaid < SELDOM.toNanos()) {
      return false;
    }
    lastCause = cause;
    lastCauseSaid = now;
    return true;
  }
}
