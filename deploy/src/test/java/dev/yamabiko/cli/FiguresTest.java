package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

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
}
