package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashMap;
import java.util.List;
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
    properties.setProperty("yamabiko.rows", "50");
    assertEquals(
        new Terminal(true, 132, 50, true, true, Ink.COLOURED, Ink.PLAIN),
        Terminal.of(properties, Map.of("LANG", "de_DE.UTF-8")));
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

  @Test
  void shouldTellTheStreamsApart() {
    Properties properties = new Properties();
    properties.setProperty("yamabiko.output-terminal", "true");
    Terminal terminal = Terminal.of(properties, Map.of("TERM", "xterm"));
    assertEquals(new Terminal(false, 80, 24, false, false, Ink.PLAIN, Ink.COLOURED), terminal);
  }

  /** What the environment says, whether the stream is a terminal, and whether it takes colours. */
  @ParameterizedTest
  @CsvSource({
    "TERM=xterm, true, true",
    "TERM=xterm, false, false",
    "TERM=dumb, true, false",
    "NO_COLOR=1, true, false",
    "NO_COLOR=, true, true",
    "CLICOLOR_FORCE=1, false, true",
    "CLICOLOR_FORCE=0, false, false",
    "CLICOLOR_FORCE=1 NO_COLOR=1, true, false"
  })
  void shouldTakeColoursWhereTheyAreWanted(String variables, boolean terminal, boolean expected) {
    Map<String, String> environment = new HashMap<>();
    for (String variable : variables.split(" ")) {
      String[] parts = variable.split("=", 2);
      environment.put(parts[0], parts[1]);
    }
    Properties properties = new Properties();
    properties.setProperty("yamabiko.terminal", Boolean.toString(terminal));
    properties.setProperty("yamabiko.output-terminal", Boolean.toString(terminal));
    Terminal found = Terminal.of(properties, environment);
    Ink ink = expected ? Ink.COLOURED : Ink.PLAIN;
    assertEquals(List.of(ink, ink), List.of(found.err(), found.out()));
  }

  @Test
  void shouldNotMoveTheCursorOfADumbTerminal() {
    Properties properties = new Properties();
    properties.setProperty("yamabiko.terminal", "true");
    Terminal terminal = Terminal.of(properties, Map.of("TERM", "dumb"));
    assertEquals(List.of(true, false), List.of(terminal.interactive(), terminal.steerable()));
  }
}
