package dev.yamabiko.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.yamabiko.cli.log.TextLog;
import org.slf4j.LoggerFactory;

/** What a process logs that runs for long: who joined and left, what began and how it ended. */
final class ServiceLog {

  private ServiceLog() {}

  /** Unless the user has said what is to be logged. */
  static void show() {
    String chosen = System.getenv(TextLog.LEVEL);
    if ((chosen == null || chosen.isBlank())
        && LoggerFactory.getLogger("dev.yamabiko") instanceof Logger logger) {
      logger.setLevel(Level.INFO);
    }
  }
}
