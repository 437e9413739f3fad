package dev.yamabiko.coordinator.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import akka.http.javadsl.settings.ServerSettings;
import com.sun.management.UnixOperatingSystemMXBean;
import com.typesafe.config.ConfigFactory;
import dev.yamabiko.coordinator.access.HttpAccess;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class ConnectionLimitTest {

  @Test
  void shouldLeaveTwoOfThreeFilesToAllElse() {
    assertEquals(20, ConnectionLimit.of(1024, 150, 90));
  }

  @Test
  void shouldTakeAsManyAsAreConfiguredWhereFilesSuffice() {
    assertEquals(1024, ConnectionLimit.of(1024, 1 << 20, 90));
    assertEquals(1024, ConnectionLimit.of(1024, Long.MAX_VALUE, 90));
  }

  @Test
  void shouldTakeAsManyAsAreConfiguredWhereTheSystemTellsNoLimit() {
    assertEquals(1024, ConnectionLimit.of(1024, -1, -1));
  }

  @Test
  void shouldTakeOneAtLeast() {
    assertEquals(1, ConnectionLimit.of(1024, 80, 80));
  }

  @Test
  void shouldHoldForTheServer() {
    assumeTrue(
        ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean,
        "only Unix tells");
    long files =
        ((UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
            .getMaxFileDescriptorCount();
    ServerSettings settings = ServerSettings.create(ConfigFactory.load("coordinator-node"));
    int limit = HttpApi.limited(settings.withMaxConnections(Integer.MAX_VALUE)).getMaxConnections();
    assertTrue(limit <= Math.max(1, files / 3), () -> limit + " of " + files);
  }

  /** The server takes no more than are configured; who comes then waits until another one goes. */
  @Test
  @Timeout(120)
  void shouldLetFurtherConnectionsWait(@TempDir Path data) throws Exception {
    String three = "akka.http.server.max-connections = 3, yamabiko.http.quiet-timeout = 1 h";
    try (Api api = new Api(data, List.of(), 1 << 20, HttpAccess.open(), three);
        Socket first = QuietConnectionsTest.connect(api)) {
      Socket second = QuietConnectionsTest.connect(api);
      Socket third = QuietConnectionsTest.connect(api);
      Socket fourth = QuietConnectionsTest.connect(api);
      QuietConnectionsTest.ask(fourth, "/health/alive");
      fourth.setSoTimeout(500);
      assertThrows(SocketTimeoutException.class, () -> fourth.getInputStream().read());
      // Those that are in are served meanwhile.
      QuietConnectionsTest.ask(first, "/health/alive");
      assertEquals('H', first.getInputStream().read());
      second.close();
      fourth.setSoTimeout(60_000);
      assertEquals('H', fourth.getInputStream().read());
      third.close();
      fourth.close();
    }
  }
}
