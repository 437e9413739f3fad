package dev.yamabiko.coordinator.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

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
}
