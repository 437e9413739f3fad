package dev.yamabiko.cli.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.ServiceLoader;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;

/** What a user sees of Akka's own log. */
class TextLogTest {

  private final LoggerContext context = new LoggerContext();

  @BeforeEach
  void configure() {
    TextLog.set(context, null);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "akka.remote.artery.compress.InboundActorRefCompression",
        "akka.remote.artery.Association",
        "akka.cluster.JoinSeedNodeProcess",
        "dev.yamabiko.coordinator.shared.CoordinatorResolver$Resolver",
        "akka.cluster.Cluster",
        "akka.actor.CoordinatedShutdown"
      })
  void shouldNotWarnOfWhatTheNodeTellsItself(String logger) {
    assertEquals(Level.ERROR, context.getLogger(logger).getEffectiveLevel());
  }

  @Test
  void shouldLeaveAPortThatIsTakenToTheCommand() {
    assertEquals(Level.OFF, context.getLogger("akka.io.TcpListener").getEffectiveLevel());
  }

  /** As that messages come for another host name than the node's own. */
  @Test
  void shouldStillWarnOfWhatAUserCanMend() {
    assertTrue(context.getLogger("akka.remote.artery.InboundHandshake").isWarnEnabled());
    assertTrue(context.getLogger("akka.remote.artery.ArteryTransport").isErrorEnabled());
  }

  @ParameterizedTest
  @CsvSource({"DEBUG, DEBUG", "info, INFO", "'', WARN", "OFF, OFF"})
  void shouldShowWhatIsAskedFor(String level, String shown) {
    LoggerContext other = new LoggerContext();
    TextLog.set(other, level);
    assertEquals(Level.toLevel(shown), other.getLogger("dev.yamabiko.Some").getEffectiveLevel());
  }

  /** As the tests of this module do. */
  @Test
  void shouldGiveWayToAFileOnTheClassPath() {
    LoggerContext other = new LoggerContext();
    assertEquals(Configurator.ExecutionStatus.INVOKE_NEXT_IF_ANY, new TextLog().configure(other));
    assertNull(other.getLogger(Logger.ROOT_LOGGER_NAME).getAppender(TextLog.APPENDER));
  }

  @Test
  void shouldGiveWayOnlyToAFileThatIsNamedOrOfTests(@TempDir Path classes) throws IOException {
    try (URLClassLoader loader = new URLClassLoader(new URL[] {classes.toUri().toURL()}, null)) {
      Properties properties = new Properties();
      Files.createFile(classes.resolve("logback.xml"));
      assertFalse(TextLog.givesWay(properties, loader));
      properties.setProperty("logback.configurationFile", "own.xml");
      assertTrue(TextLog.givesWay(properties, loader));
      properties.clear();
      Files.createFile(classes.resolve("logback-test.xml"));
      assertTrue(TextLog.givesWay(properties, loader));
    }
  }

  @Test
  void shouldBeWhatLogbackBeginsWith() {
    assertTrue(
        ServiceLoader.load(Configurator.class).stream()
            .anyMatch(provider -> provider.type() == TextLog.class));
  }
}
