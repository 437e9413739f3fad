package dev.yamabiko.cli.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yamabiko.cli.doctor.Finding.Result;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerChecksTest {

  private static final Instant NOW = Instant.parse("2026-11-27T10:00:00Z");

  @ParameterizedTest
  @CsvSource({"0, OK", "-3, OK", "3, OK", "4, WARNING", "-7200, WARNING"})
  void shouldHoldTheClocksAgainstEachOther(long seconds, Result expected) {
    Finding finding = ServerChecks.clock(Optional.of(NOW.plusSeconds(seconds)), NOW);
    assertEquals(expected, finding.result(), finding.line());
    assertEquals(Result.WARNING, ServerChecks.clock(Optional.empty(), NOW).result());
  }
}
