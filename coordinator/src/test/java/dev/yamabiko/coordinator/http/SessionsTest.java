package dev.yamabiko.coordinator.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.coordinator.access.Role;
import dev.yamabiko.coordinator.access.Token;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SessionsTest {

  private static final Token CI = Token.of("ci", Role.READ, "x");

  private final Set<Token> good = new HashSet<>(Set.of(CI));
  private Instant now = Instant.EPOCH;
  private final Sessions sessions = new Sessions(clock(), good::contains);

  private Clock clock() {
    InstantSource source = () -> now;
    return source.withZone(ZoneOffset.UTC);
  }

  @Test
  void shouldEndAtItsDeadline() {
    String id = sessions.open(CI);
    now = now.plus(Sessions.LASTS).minusMillis(1);
    assertEquals(CI, sessions.find(id).orElseThrow().token());
    now = now.plusMillis(1);
    assertEquals(Optional.empty(), sessions.find(id));
  }

  @Test
  void shouldEndWithItsToken() {
    String id = sessions.open(CI);
    good.clear();
    assertEquals(Optional.empty(), sessions.find(id));
  }

  @Test
  void shouldForgetTheOldestOfTooMany() {
    String first = sessions.open(CI);
    String second = sessions.open(CI);
    for (int i = 2; i <= Sessions.MOST; i++) {
      sessions.open(CI);
    }
    assertEquals(Optional.empty(), sessions.find(first));
    assertTrue(sessions.find(second).isPresent());
    now = now.plus(Duration.ofDays(1));
    assertTrue(sessions.find(sessions.open(CI)).isPresent());
  }
}
