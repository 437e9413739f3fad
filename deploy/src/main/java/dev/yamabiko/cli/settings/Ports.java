package dev.yamabiko.cli.settings;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The ports of one node, of which no two may be alike. */
public final class Ports {

  private final Map<Integer, String> keys = new HashMap<>();

  /**
   * Takes one more.
   *
   * @param number 0 is any that is free
   * @return what is wrong where another setting has it already
   */
  public Optional<String> add(String key, int number) {
    String other = number == 0 ? null : keys.putIfAbsent(number, key);
    return Optional.ofNullable(other)
        .map(
            first ->
                "expected a port each for %s and %s but both are %d".formatted(first, key, number));
  }
}
