package dev.yamabiko.cli.log;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeAndTimeBasedFileNamingAndTriggeringPolicy;
import ch.qos.logback.core.rolling.TimeBasedRollingPolicy;
import ch.qos.logback.core.util.Duration;
import ch.qos.logback.core.util.FileSize;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.slf4j.LoggerFactory;

/** Logback, set up as it is asked for. Without a word of this it logs text to standard error. */
public final class ProcessLog {

  /** In a file a line has no neighbours that tell its day, and room for all of a stack trace. */
  private static final String FILE_PATTERN =
      "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX,UTC} %-5level [%thread] %logger %msg%n";

  private static final int DAYS = 365;

  private ProcessLog() {}

  /**
   * Of this process, where Logback is what it logs by.
   *
   * @param complaint told once if the log's file cannot be written, with why
   */
  public static void set(LogSettings settings, Consumer<String> complaint) {
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      set(context, settings, complaint);
    }
  }

  /** What each object of a JSON log says of this process, as which worker it is. */
  public static void tell(String field, String value) {
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      context.putProperty(field, value);
    }
  }

  static void set(LoggerContext context, LogSettings settings, Consumer<String> complaint) {
    if (settings.isPlain()) {
      return;
    }
    settings
        .file()
        .ifPresent(file -> context.getStatusManager().add(new LostLines(file, complaint)));
    OutputStreamAppender<ILoggingEvent> appender =
        settings
            .file()
            .<OutputStreamAppender<ILoggingEvent>>map(file -> rolling(context, settings, file))
            .orElseGet(ConsoleAppender::new);
    if (appender instanceof ConsoleAppender<ILoggingEvent> console) {
      console.setTarget("System.err");
    }
    appender.setName(TextLog.APPENDER);
    appender.setContext(context);
    appender.setEncoder(encoder(context, settings.format()));
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    Appender<ILoggingEvent> before = root.getAppender(TextLog.APPENDER);
    if (before != null) {
      root.detachAppender(before);
      before.stop();
    }
    appender.start();
    root.addAppender(appender);
  }

  private static Encoder<ILoggingEvent> encoder(LoggerContext context, LogFormat format) {
    if (format == LogFormat.JSON) {
      JsonEncoder json = new JsonEncoder();
      json.setContext(context);
      json.start();
      return json;
    }
    PatternLayoutEncoder text = new PatternLayoutEncoder();
    text.setContext(context);
    text.setCharset(StandardCharsets.UTF_8);
    text.setPattern(FILE_PATTERN);
    text.start();
    return text;
  }

  /** A new file every day, and before that where one is full; the oldest go first. */
  private static RollingFileAppender<ILoggingEvent> rolling(
      LoggerContext context, LogSettings settings, Path file) {
    RollingFileAppender<ILoggingEvent> appender = new RollingFileAppender<>();
    appender.setContext(context);
    appender.setFile(file.toString());
    SizeAndTimeBasedFileNamingAndTriggeringPolicy<ILoggingEvent> size =
        new SizeAndTimeBasedFileNamingAndTriggeringPolicy<>();
    size.setContext(context);
    size.setMaxFileSize(new FileSize(settings.fileBytes()));
    // By itself it looks once a minute.
    size.setCheckIncrement(Duration.buildBySeconds(1));
    TimeBasedRollingPolicy<ILoggingEvent> policy = new TimeBasedRollingPolicy<>();
    policy.setContext(context);
    policy.setParent(appender);
    policy.setFileNamePattern(file + ".%d{yyyy-MM-dd}.%i.gz");
    policy.setTimeBasedFileNamingAndTriggeringPolicy(size);
    policy.setTotalSizeCap(new FileSize(settings.totalBytes()));
    policy.setMaxHistory(DAYS);
    policy.setCleanHistoryOnStart(true);
    policy.start();
    appender.setRollingPolicy(policy);
    return appender;
  }
}
