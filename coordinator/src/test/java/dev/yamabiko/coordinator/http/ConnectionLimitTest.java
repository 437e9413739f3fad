package dev.yamabiko.coordinator.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.util.ArrayList;
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

  /** Who comes when as many are there as may be waits until another one goes. */
  @Test
  @Timeout(120)
  void shouldLetFurtherConnectionsWait(@TempDir Path data) throws Exception {
    int files = 390;
    List<Socket> silent = new ArrayList<>();
    try (FewFiles server = FewFiles.start(files, data)) {
      for (int i = 0; i < files / 3; i++) {
        silent.add(new Socket("127.0.0.1", server.port()));
      }
      Socket another = new Socket("127.0.0.1", server.port());
      silent.add(another);
      QuietConnectionsTest.ask(another, "/health/alive");
      another.setSoTimeout(1000);
      assertThrows(SocketTimeoutException.class, () -> another.getInputStream().read());
      for (Socket socket : silent.subList(0, files / 3)) {
        socket.close();
      }
      another.setSoTimeout(60_000);
      assertEquals('H', another.getInputStream().read());
    } finally {
      for (Socket socket : silent) {
        socket.close();
      }
    }
  }
}
