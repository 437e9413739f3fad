package dev.yamabiko.cli.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yamabiko.cli.doctor.Finding.Result;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(30)
class ServerChecksTest {

  private static final Instant NOW = Instant.parse("2026-11-27T10:00:00Z");

  @ParameterizedTest
  @CsvSource({"0, OK", "-3, OK", "3, OK", "4, WARNING", "-7200, WARNING"})
  void shouldHoldTheClocksAgainstEachOther(long seconds, Result expected) {
    Finding finding = ServerChecks.clock(Optional.of(NOW.plusSeconds(seconds)), NOW);
    assertEquals(expected, finding.result(), finding.line());
    assertEquals(Result.WARNING, ServerChecks.clock(Optional.empty(), NOW).result());
  }

  @Test
  void shouldTellWhetherAPortAnswers() throws IOException {
    int port;
    try (ServerSocket open = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      port = open.getLocalPort();
      assertEquals(Result.OK, ServerChecks.port("bulk", "127.0.0.1", port).result());
    }
    Finding gone = ServerChecks.port("bulk", "127.0.0.1", port);
    assertEquals(Result.UNREACHABLE, gone.result(), gone.line());
    assertEquals(Result.UNREACHABLE, ServerChecks.port("bulk", "no.such.host.invalid", 1).result());
  }
}
