package dev.yamabiko.cli.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import dev.yamabiko.data.OneLine;
import dev.yamabiko.wire.FewLines;
import java.util.concurrent.TimeUnit;
import org.slf4j.Marker;
import org.slf4j.helpers.MessageFormatter;

/**
 * What Akka's remoting warns of, in one line each and {@link FewLines}: it has a stack trace for
 * each message that it cannot read, and a network that damages one damages many. That it ends the
 * actor system, again and again for the same reason, it says once in a while.
 */
public final class ArteryLog extends TurboFilter {

  private static final String ARTERY = "akka.remote.artery.";

  /** Of one of its streams, by a logger that is not its own. */
  private static final String STAGE = "Error in stage [" + ARTERY;

  /** What a node's own end breaks off, as a handshake; a dispatcher logs it, without a word. */
  private static final String OWN_END = ARTERY + "ArteryTransport$ShuttingDown$";

  /** By which it ends its actor system; a worker begins another one, and may meet the same. */
  private static final String END = "Terminating system";

  private static final long REPEATED_NANOS = TimeUnit.MINUTES.toNanos(10);

  private final FewLines few = new FewLines();
  private String lastEnd = "";
  private long lastEndNanos;

  @Override
  public FilterReply decide(
      Marker marker, Logger logger, Level level, String format, Object[] params, Throwable cause) {
    if (cause != null && cause.getClass().getName().equals(OWN_END)) {
      return FilterReply.DENY;
    }
    // Without a text it is the question whether there would be a line.
    if (format == null
        || !level.isGreaterOrEqual(Level.WARN)
        || !level.isGreaterOrEqual(logger.getEffectiveLevel())) {
      return FilterReply.NEUTRAL;
    }
    Logger own = logger.getLoggerContext().getLogger(ArteryLog.class);
    boolean ofArtery = logger.getName().startsWith(ARTERY) || format.startsWith(STAGE);
    if (logger == own || !ofArtery) {
      return FilterReply.NEUTRAL;
    }
    String text = MessageFormatter.basicArrayFormat(format, params);
    if (text.contains(END) && isRepeated(text)) {
      return FilterReply.DENY;
    }
    FewLines.Turn turn = few.take(logger.getName());
    if (turn.leftOut() > 0) {
      own.warn("lines left out before: {}", turn.leftOut());
    }
    if (turn.isShown()) {
      String line = OneLine.of(cause == null ? text : text + ": " + cause);
      if (level == Level.ERROR) {
        own.error(line);
      } else {
        own.warn(line);
      }
    }
    return FilterReply.DENY;
  }

  private synchronized boolean isRepeated(String end) {
    long now = System.nanoTime();
    if (end.equals(lastEnd) && now - lastEndNanos < REPEATED_NANOS) {
      return true;
    }
    lastEnd = end;
    lastEndNanos = now;
    return false;
  }
}
