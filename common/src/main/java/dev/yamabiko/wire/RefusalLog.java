package dev.yamabiko.wire;

import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One line for each refused connection, but few lines when there are many: one of each reason then,
 * so that a node that tries again and again does not hide what is wrong with another one.
 */
final class RefusalLog {

  private static final Logger LOG = LoggerFactory.getLogger(RefusalLog.class);
  private static final int LINES_PER_PERIOD = 5;
  private static final int REASONS_PER_PERIOD = 20;
  private static final long PERIOD_NANOS = 10_000_000_000L;

  /** Of which connections. */
  private final String plane;

  /** Of this period. */
  private final Set<String> reasons = new HashSet<>();

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
      reasons.clear();
      lines = 0;
      left = 0;
    }
    boolean isNews = reasons.size() < REASONS_PER_PERIOD && reasons.add(reason);
    if (lines++ < LINES_PER_PERIOD || isNews) {
      LOG.warn("{} connection refused peer={} reason={}", plane, peer, reason);
    } else {
      left++;
    }
  }
}
