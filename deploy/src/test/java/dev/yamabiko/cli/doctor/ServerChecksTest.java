package dev.yamabiko.cli.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yamabiko.cli.doctor.Finding.Result;
import dev.yamabiko.client.Server;
import dev.yamabiko.coordinator.CoordinatorNode;
import dev.yamabiko.coordinator.CoordinatorSettings;
import dev.yamabiko.coordinator.access.HttpAccess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(180)
class ServerChecksTest {

  private static final Instant NOW = Instant.parse("2026-11-27T10:00:00Z");

  @ParameterizedTest
  @CsvSource({
    // The request took no time.
    "0, 0, OK",
    "-3, 0, OK",
    "3, 0, OK",
    "4, 0, WARNING",
    "-7200, 0, WARNING",
    // It took a minute, and the time was told somewhere within.
    "0, 60, OK",
    "30, 60, OK",
    "63, 60, OK",
    "64, 60, WARNING",
    "-4, 60, WARNING"
  })
  void shouldHoldTheClocksAgainstEachOther(long told, long took, Result expected) {
    Instant answered = NOW.plusSeconds(took);
    Finding finding = ServerChecks.clock(Optional.of(NOW.plusSeconds(told)), NOW, answered);
    assertEquals(expected, finding.result(), finding.line());
    assertEquals(Result.WARNING, ServerChecks.clock(Optional.empty(), NOW, answered).result());
  }

  /** Other checks may have waited long by then. */
  @Test
  void shouldNotHoldTheCoordinatorsClockAgainstTheBeginning(@TempDir Path data) throws IOException {
    CoordinatorSettings settings =
        new CoordinatorSettings(
            "127.0.0.1",
            "127.0.0.1",
            0,
            0,
            0,
            data,
            List.of(),
            1L << 30,
            1L << 30,
            false,
            HttpAccess.open());
    try (CoordinatorNode coordinator = CoordinatorNode.start(settings);
        Server server =
            Server.of("http://127.0.0.1:" + coordinator.httpAddress().getPort(), "--server")) {
      Finding finding =
          ServerChecks.of(server, begun(ZonedDateTime.now().minusHours(1)), PortCheck.plain())
              .stream()
              .filter(one -> one.check().equals("same time"))
              .findFirst()
              .orElseThrow();
      assertEquals(Result.OK, finding.result(), finding.line());
    }
  }

  private static Machine begun(ZonedDateTime when) {
    return new Machine(
        17,
        "17",
        "vector 256",
        Optional.empty(),
        Optional.empty(),
        2,
        1L << 30,
        8L << 30,
        OptionalLong.empty(),
        when);
  }
}
