package dev.yamabiko.wire;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One line for each refused connection, but few lines when there are many. */
final class RefusalLog {

  private static final Logger LOG = LoggerFactory.getLogger(RefusalLog.class);
  private static final int LINES_PER_PERIOD = 5;
  private static final long PERIOD_NANOS = 10_000_000_000L;

  /** Of which connections. */
  private final String plane;

  private long periodStart = System.nanoTime();
  private int lines;
  private long left;

  RefusalLog(String plane) {
    this.plane = plane;
  }

  synchronized void refused(String peer, String reason) {
    long now = System.nanoTime();
    if (now - periodStart > PERIOD_NANOS) {
      if (left > 0) {
        LOG.warn("{} connections refused, not shown before: {}", plane, left);
      }
      periodStart = now;
      lines = 0;
      left = 0;
    }
    if (lines++ < LINES_PER_PERIOD) {
      LOG.warn("{} connection refused peer={} reason={}", plane, peer, reason);
    } else {
      left++;
    }
  }
}
