package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.core.joran.spi.JoranException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a user sees of Akka's own log. */
class LogLevelsTest {

  private final LoggerContext context = new LoggerContext();

  @BeforeEach
  void configure() throws JoranException {
    JoranConfigurator configurator = new JoranConfigurator();
    configurator.setContext(context);
    configurator.doConfigure(getClass().getResource("/logback.xml"));
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
}
