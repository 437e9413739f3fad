package dev.yamabiko.wire;

import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One line for each refused connection, but {@link FewLines} when there are many. */
final class RefusalLog {

  private static final Logger LOG = LoggerFactory.getLogger(RefusalLog.class);

  /** Of which connections. */
  private final String plane;

  private final FewLines few = new FewLines();
  private final AtomicLong refused = new AtomicLong();

  RefusalLog(String plane) {
    this.plane = plane;
  }

  void refused(String peer, String reason) {
    refused.incrementAndGet();
    FewLines.Turn turn = few.take(reason);
    if (turn.leftOut() > 0) {
      LOG.warn("{} connections refused, not shown before: {}", plane, turn.leftOut());
    }
    if (turn.isShown()) {
      LOG.warn("{} connection refused peer={} reason={}", plane, peer, reason);
    }
  }

  /** How many there have been. */
  long count() {
    return refused.get();
  }
}
