package dev.yamabiko.data;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class OneLineTest {

  @Test
  void shouldLeaveOneBlankForARunOfControlCharacters() {
    assertEquals("a b [31mc d", OneLine.of("a\r\nb\u001b[31mc\u0085d"));
    assertEquals("no change", OneLine.of("no change"));
  }

  @Test
  void shouldMarkEachControlCharacter() {
    assertEquals("a??b?é", OneLine.marked("a\r\nb\u0007é"));
  }
}
