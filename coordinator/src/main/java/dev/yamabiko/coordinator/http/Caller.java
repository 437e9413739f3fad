package dev.yamabiko.coordinator.http;

import dev.yamabiko.coordinator.access.Role;
import dev.yamabiko.coordinator.access.Token;
import java.util.Optional;

/**
 * Who sends a request.
 *
 * @param name for messages; empty where nobody is asked who he is
 * @param owner as whose the jobs are kept that he submits, where it is known who he is
 * @param session by whose cookie he is known, if he is
 */
record Caller(String name, Role role, Optional<String> owner, Optional<Sessions.Session> session) {

  static Caller holderOf(Token token, Optional<Sessions.Session> session) {
    return new Caller(token.name(), token.role(), Optional.of(token.name()), session);
  }

  /** Whether he may steer the job of this owner: his own, or as an administrator any. */
  boolean maySteer(Optional<String> ofJob) {
    return role.includes(Role.ADMIN) || ofJob.isPresent() && ofJob.equals(owner);
  }

  /** Of an API that is open. */
  static Caller anybody() {
    return new Caller("", Role.ADMIN, Optional.empty(), Optional.empty());
  }
}
