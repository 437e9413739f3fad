package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FiguresTest {

  @ParameterizedTest
  @CsvSource({"0.05134567, 0.05135", "12.5, 12.50", "0.0000123456, 1.235e-05", "0, 0.000"})
  void shouldShowFourDigitsOfALoss(double loss, String expected) {
    assertEquals(expected, Figures.loss(loss));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0:00",
    "59.6, 1:00",
    "754, 12:34",
    "3723, 1:02:03",
    "NaN, -:--",
    "Infinity, -:--"
  })
  void shouldShowDurationsAsAClock(double seconds, String expected) {
    assertEquals(expected, Figures.clock(seconds));
  }

  @ParameterizedTest
  @CsvSource({"3.44, 3.4 s", "59.94, 59.9 s", "65, 1:05"})
  void shouldShowTenthsOfShortDurations(double seconds, String expected) {
    assertEquals(expected, Figures.seconds(seconds));
  }

  @ParameterizedTest
  @CsvSource({
    "-5, now",
    "0, now",
    "1, 1 s ago",
    "59, 59 s ago",
    "60, 1 min ago",
    "3599, 59 min ago",
    "3600, 1 h ago",
    "86399, 23 h ago",
    "86400, 1 day ago",
    "172800, 2 days ago",
    "2592000, 30 days ago",
    "2678400, 2026-10-01"
  })
  void shouldSayHowLongAgoSomethingWas(long seconds, String expected) {
    Instant now = Instant.parse("2026-11-01T12:00:00Z");
    assertEquals(expected, Figures.ago(now.minusSeconds(seconds), now));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0 B",
    "999, 999 B",
    "1000, 1.00 kB",
    "12345678, 12.3 MB",
    "999499, 999 kB",
    "999500, 1.00 MB",
    "9223372036854775807, 9223372 TB"
  })
  void shouldGiveBytesThreeDigits(long bytes, String expected) {
    assertEquals(expected, Figures.bytes(bytes));
  }
}
