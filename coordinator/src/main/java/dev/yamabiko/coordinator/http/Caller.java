package dev.yamabiko.coordinator.http;

import dev.yamabiko.coordinator.access.Role;
import java.util.Optional;

/**
 * Who sends a request.
 *
 * @param name for messages; empty where nobody is asked who he is
 * @param session by whose cookie he is known, if he is
 */
record Caller(String name, Role role, Optional<Sessions.Session> session) {

  /** Of an API that is open. */
  static Caller anybody() {
    return new Caller("", Role.ADMIN, Optional.empty());
  }
}
