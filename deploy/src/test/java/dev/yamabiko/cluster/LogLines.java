package dev.yamabiko.cluster;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/** What this JVM's nodes log while this is open. */
final class LogLines extends AppenderBase<ILoggingEvent> implements AutoCloseable {

  private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
  private final List<ILoggingEvent> events = new CopyOnWriteArrayList<>();

  LogLines() {
    setContext(root.getLoggerContext());
    start();
    root.addAppender(this);
  }

  @Override
  protected void append(ILoggingEvent event) {
    events.add(event);
  }

  /** "WARN dev.yamabiko.Class what it says", of this level and above. */
  List<String> from(Level level, String loggers) {
    return events.stream()
        .filter(event -> event.getLevel().isGreaterOrEqual(level))
        .filter(event -> event.getLoggerName().startsWith(loggers))
        .map(
            event ->
                "%s %s %s"
                    .formatted(
                        event.getLevel(), event.getLoggerName(), event.getFormattedMessage()))
        .toList();
  }

  @Override
  public void close() {
    root.detachAppender(this);
    stop();
  }
}
