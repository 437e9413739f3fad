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
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
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

  /** Whoever has one token, and logs in again and again, ends nobody's sessions but his own. */
  @Test
  void shouldForgetTheOldestOfAToken() {
    Token ann = Token.of("ann", Role.READ, "y");
    good.add(ann);
    String anns = sessions.open(ann);
    String first = sessions.open(CI);
    String second = sessions.open(CI);
    for (int i = 2; i <= Sessions.MOST_OF_A_TOKEN; i++) {
      sessions.open(CI);
    }
    assertEquals(Optional.empty(), sessions.find(first));
    for (String stays : List.of(anns, second)) {
      assertTrue(sessions.find(stays).isPresent());
    }
  }

  @Test
  void shouldForgetTheOldestOfTooMany() {
    List<Token> many = new ArrayList<>();
    for (int i = 0; i < Sessions.MOST / Sessions.MOST_OF_A_TOKEN; i++) {
      many.add(Token.of("ci-" + i, Role.READ, "x" + i));
    }
    good.addAll(many);
    String first = sessions.open(many.get(0));
    String second = sessions.open(many.get(1));
    for (int i = 2; i < Sessions.MOST; i++) {
      sessions.open(many.get(i % many.size()));
    }
    assertTrue(sessions.find(first).isPresent());
    sessions.open(CI);
    assertEquals(Optional.empty(), sessions.find(first));
    assertTrue(sessions.find(second).isPresent());
    now = now.plus(Duration.ofDays(1));
    assertTrue(sessions.find(sessions.open(CI)).isPresent());
  }
}
