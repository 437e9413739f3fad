package dev.yamabiko.coordinator.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpAccessTest {

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "127.9.9.9", "localhost", "::1"})
  void shouldLackNothingOnLoopback(String host) {
    assertEquals(Optional.empty(), HttpAccess.open().lack(host));
  }

  @Test
  void shouldLackTlsWhereOthersReachIt() {
    String lack = HttpAccess.open().lack("10.0.0.5").orElseThrow();
    assertTrue(lack.startsWith("the HTTP API at 10.0.0.5, which other machines reach, needs TLS"));
  }
}
