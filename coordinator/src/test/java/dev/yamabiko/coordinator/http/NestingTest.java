package dev.yamabiko.coordinator.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class NestingTest {

  @Test
  void shouldCountWhatLiesInEachOther() {
    assertEquals(0, Nesting.of("a = 1"));
    assertEquals(3, Nesting.of("{ a = [ { b = 1 } ], c { d = 2 } }"));
    assertEquals(1, Nesting.of("[] [] {} []"));
    assertEquals(100_000, Nesting.of("[".repeat(100_000)));
  }

  @Test
  void shouldCountNothingInTextsAndComments() {
    assertEquals(1, Nesting.of("{ a = \"[[[\", b = \"\\\"[[\" }"));
    assertEquals(1, Nesting.of("{ a = \"\"\"[[ \" [ \"\"\" }"));
    assertEquals(1, Nesting.of("{ # [[[\n // [[[\n }"));
    assertEquals(2, Nesting.of("{ \"]]]\" = [ ] }"));
    assertEquals(1, Nesting.of("{ \"\\"));
  }
}
