package dev.yamabiko.wire;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One line for each refused connection, but {@link FewLines} when there are many. */
final class RefusalLog {

  private static final Logger LOG = LoggerFactory.getLogger(RefusalLog.class);

  /** Of which connections. */
  private final String plane;

  private final FewLines few = new FewLines();

  RefusalLog(String plane) {
    this.plane = plane;
  }

  void refused(String peer, String reason) {
    FewLines.Turn turn = few.take(reason);
    if (turn.leftOut() > 0) {
      LOG.warn("{} connections refused, not shown before: {}", plane, turn.leftOut());
    }
    if (turn.isShown()) {
      LOG.warn("{} connection refused peer={} reason={}", plane, peer, reason);
    }
  }
}
