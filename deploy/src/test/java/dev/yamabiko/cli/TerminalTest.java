package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TerminalTest {

  @Test
  void shouldBeWhatTheLauncherSays() {
    Properties properties = new Properties();
    properties.setProperty("yamabiko.terminal", "true");
    properties.setProperty("yamabiko.columns", "132");
    assertEquals(
        new Terminal(true, 132, true), Terminal.of(properties, Map.of("LANG", "de_DE.UTF-8")));
  }

  @Test
  void shouldBeAPipeOfAsciiWhenNothingIsSaid() {
    assertEquals(new Terminal(false, 80, false), Terminal.of(new Properties(), Map.of()));
  }

  @ParameterizedTest
  @CsvSource({"0", "-3", "wide", "''"})
  void shouldFallBackTo80ColumnsWhenTheirNumberMakesNoSense(String columns) {
    Properties properties = new Properties();
    properties.setProperty("yamabiko.columns", columns);
    assertEquals(80, Terminal.of(properties, Map.of()).columns());
  }

  @ParameterizedTest
  @CsvSource({
    "C, , en_US.UTF-8, false",
    ", C.UTF-8, C, true",
    ", , en_US.utf8, true",
    ", , en_US.ISO-8859-1, false"
  })
  void shouldDrawUnicodeWhenTheDecidingLocaleIsUtf8(
      String all, String type, String lang, boolean expected) {
    Map<String, String> environment = new HashMap<>();
    environment.put("LC_ALL", all == null ? "" : all);
    environment.put("LC_CTYPE", type == null ? "" : type);
    environment.put("LANG", lang);
    assertEquals(expected, Terminal.of(new Properties(), environment).unicode());
  }
}
