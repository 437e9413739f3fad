package dev.yamabiko.cli.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.spi.ContextAwareBase;
import ch.qos.logback.core.status.NopStatusListener;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Properties;
import org.slf4j.Logger;

/**
 * What Logback begins with: one short line each, to standard error; YAMABIKO_LOG=INFO or DEBUG
 * shows more. In code, since reading the same from XML has some 460 classes more loaded at each
 * start. A file that {@code -Dlogback.configurationFile} names holds instead, and so does a {@value
 * #TEST_FILE} on the class path; a logback.xml there does not, as a build of an earlier version may
 * have left one.
 */
public final class TextLog extends ContextAwareBase implements Configurator {

  static final String APPENDER = "STDERR";

  private static final String PATTERN = "%d{HH:mm:ss.SSS} %-5level %logger{0} %msg%n%xEx{3}";

  private static final String TEST_FILE = "logback-test.xml";

  /** Their warnings are not for users. */
  private static final List<String> ERRORS_ONLY =
      List.of(
          // Artery warns of each TCP connection that ends, also where a node has left in good
          // order; of what matters it warns elsewhere: a stream that it restarts, a member that
          // cannot be reached.
          "akka.stream.Materializer",
          // Of a peer that is gone: the node says itself who left, was lost, or is waited for.
          "akka.remote.artery.Association",
          "akka.remote.artery.compress",
          "akka.cluster.Cluster",
          "akka.cluster.JoinSeedNodeProcess",
          "dev.yamabiko.coordinator.shared.CoordinatorResolver$Resolver",
          "akka.actor.CoordinatedShutdown");

  /** The variable that names the lowest level that is shown. */
  public static final String LEVEL = "YAMABIKO_LOG";

  /** A port that is taken: the command says it in one line. */
  private static final String PORTS = "akka.io.TcpListener";

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    if (givesWay(System.getProperties(), getClass().getClassLoader())) {
      return ExecutionStatus.INVOKE_NEXT_IF_ANY;
    }
    set(context, System.getenv(LEVEL));
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  static boolean givesWay(Properties properties, ClassLoader classPath) {
    return properties.containsKey("logback.configurationFile")
        || classPath.getResource(TEST_FILE) != null;
  }

  /**
   * @param level the name of the lowest that is shown; null or empty for warnings
   */
  static void set(LoggerContext context, String level) {
    context.getStatusManager().add(new NopStatusListener());
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setCharset(StandardCharsets.UTF_8);
    encoder.setPattern(PATTERN);
    encoder.start();
    ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
    appender.setContext(context);
    appender.setName(APPENDER);
    appender.setTarget("System.err");
    appender.setEncoder(encoder);
    appender.start();
    ArteryLog artery = new ArteryLog();
    artery.setContext(context);
    artery.start();
    context.addTurboFilter(artery);
    ERRORS_ONLY.forEach(name -> context.getLogger(name).setLevel(Level.ERROR));
    context.getLogger(PORTS).setLevel(Level.OFF);
    var root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.setLevel(level == null || level.isBlank() ? Level.WARN : Level.toLevel(level));
    root.addAppender(appender);
  }
}
