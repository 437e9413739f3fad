package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SessionTest {

  /** One whose threads have died of it neither works nor ends. */
  @Test
  void shouldSayWhyANodeEndsThatHasNoMemory() {
    assertTrue(ConfigFactory.load("cluster-node").getBoolean("akka.jvm-exit-on-fatal-error"));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream err = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    Interruption none = new Interruption(Duration.ofDays(1), code -> {});
    Session session =
        new Session(err, err, Path.of(""), new Terminal(false, 80, true), false, none);
    session.ended("akka.actor.ActorSystemImpl$$anon$2.uncaughtException (ActorSystem.scala:9)");
    String said = bytes.toString(StandardCharsets.UTF_8);
    assertTrue(said.contains("not enough memory: the JVM may use "), said);
    assertFalse(said.contains("extension"), said);
  }
}
