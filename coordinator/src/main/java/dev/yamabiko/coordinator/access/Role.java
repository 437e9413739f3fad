package dev.yamabiko.coordinator.access;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What somebody may ask of the HTTP API; each role may all that those before it may. */
public enum Role {
  /** Looks at jobs and workers. */
  READ,
  /** Submits and uploads jobs, steers its own, and has and tries models. */
  SUBMIT,
  /** Whatever there is. */
  ADMIN;

  /** As files and messages have it. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  public boolean includes(Role other) {
    return compareTo(other) >= 0;
  }

  /** All of them, the least first. */
  public static List<String> texts() {
    return Arrays.stream(values()).map(Role::text).toList();
  }

  public static Optional<Role> of(String text) {
    return Arrays.stream(values()).filter(role -> role.text().equals(text)).findFirst();
  }
}
