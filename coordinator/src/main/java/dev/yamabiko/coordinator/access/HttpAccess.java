package dev.yamabiko.coordinator.access;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * To whom a coordinator's HTTP API is open.
 *
 * @param tokens of those who may ask; empty where none is asked for
 * @param openMetrics whether {@code /metrics} is for everybody all the same
 * @param names by which browsers may call a coordinator that asks for nothing, besides its own
 */
public record HttpAccess(Optional<Tokens> tokens, boolean openMetrics, List<String> names) {

  public HttpAccess {
    names = names.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
  }

  /** To everybody who reaches it. */
  public static HttpAccess open() {
    return new HttpAccess(Optional.empty(), false, List.of());
  }
}
