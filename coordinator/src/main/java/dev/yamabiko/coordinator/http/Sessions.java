package dev.yamabiko.coordinator.http;

import dev.yamabiko.coordinator.access.Token;
import dev.yamabiko.data.ContentHash;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Whoever has logged in on the page, by what the browser's cookie holds: 256 random bits. Kept in
 * memory, by their hash, on the node that has the coordinator; when that changes, or starts anew,
 * people log in again. For any number of threads.
 */
final class Sessions {

  static final Duration LASTS = Duration.ofHours(12);

  /** More than one coordinator has users; the oldest makes room. */
  static final int MOST = 1_000;

  /** Of one token: pages, and browsers, of whoever has it. So nobody takes the others' room. */
  static final int MOST_OF_A_TOKEN = 20;

  /**
   * @param token with which it was opened; when that is taken back, the session ends
   */
  record Session(Token token, Instant until) {}

  private final Clock clock;
  private final Predicate<Token> holds;

  /** The oldest first. */
  private final Map<String, Session> open = new LinkedHashMap<>();

  /**
   * @param holds whether a token is still good
   */
  Sessions(Clock clock, Predicate<Token> holds) {
    this.clock = clock;
    this.holds = holds;
  }

  /** What the cookie is to hold. */
  synchronized String open(Token token) {
    String id = Token.secret();
    Instant now = clock.instant();
    open.values()
        .removeIf(session -> !session.until().isAfter(now) || !holds.test(session.token()));
    Predicate<Session> sameToken = session -> session.token().equals(token);
    if (open.values().stream().filter(sameToken).count() >= MOST_OF_A_TOKEN) {
      endOldest(sameToken);
    } else if (open.size() >= MOST) {
      endOldest(session -> true);
    }
    open.put(ContentHash.of(id), new Session(token, now.plus(LASTS)));
    return id;
  }

  private void endOldest(Predicate<Session> of) {
    Iterator<Session> oldest = open.values().iterator();
    while (oldest.hasNext()) {
      if (of.test(oldest.next())) {
        oldest.remove();
        return;
      }
    }
  }

  synchronized Optional<Session> find(String id) {
    return Optional.ofNullable(open.get(ContentHash.of(id)))
        .filter(session -> session.until().isAfter(clock.instant()))
        .filter(session -> holds.test(session.token()));
  }

  synchronized void close(String id) {
    open.remove(ContentHash.of(id));
  }
}
