package dev.yamabiko.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import akka.actor.ActorSystem;
import akka.actor.testkit.typed.javadsl.ManualTime;
import akka.actor.typed.javadsl.Adapter;
import akka.testkit.javadsl.TestKit;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.yamabiko.wire.tls.Authority;
import dev.yamabiko.wire.tls.TestClock;
import dev.yamabiko.wire.tls.TlsFiles;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a node does about its certificate where nobody connects. */
class ControlTlsTest {

  private static final Duration HOUR = Duration.ofHours(1);

  @TempDir private Path directory;

  @Test
  void shouldWarnOfTheCertificatesEndWithoutAConnection() throws Exception {
    Instant begin = Instant.now();
    TestClock clock = new TestClock(begin);
    Instant end = begin.plus(Duration.ofDays(40));
    Authority.create("ours", begin.minus(HOUR), end)
        .issue(new Authority.Request("node", List.of(), TlsFiles.Use.NODE), begin.minus(HOUR), end)
        .write(directory);
    BlockingQueue<String> warnings = new LinkedBlockingQueue<>();
    TlsFiles files = TlsFiles.open(directory, TlsFiles.Use.NODE, clock, warnings::add);
    Config config =
        ManualTime.config()
            .withFallback(
                ConfigFactory.parseString(
                    "akka { actor.provider = remote,"
                        + " remote.artery.canonical { hostname = 127.0.0.1, port = 0 } }"))
            .withFallback(ConfigFactory.load("cluster-node"));
    ActorSystem node = ActorSystem.create("yamabiko", ControlTls.setup(config, Optional.of(files)));
    try {
      ManualTime time = ManualTime.get(Adapter.toTyped(node));
      clock.pass(Duration.ofDays(10));
      for (int day = 0; day < 2; day++) {
        clock.pass(Duration.ofDays(1));
        time.timePasses(HOUR);
        String warning = warnings.poll(2, TimeUnit.MINUTES);
        assertTrue(warning != null && warning.contains("ends soon"), warning);
      }
      assertEquals(0, warnings.size());
    } finally {
      TestKit.shutdownActorSystem(node);
    }
  }
}
