package dev.yamabiko.cli;

import java.util.List;
import java.util.Set;

/**
 * What must be at hand, by {@code -Drequired=docker,browser}: tests that want it then fail for its
 * lack instead of being skipped.
 */
public record Required(Set<String> names) {

  public static final String DOCKER = "docker";
  public static final String BROWSER = "browser";

  private static final Set<String> KNOWN = Set.of(DOCKER, BROWSER);

  public Required {
    names = Set.copyOf(names);
    for (String name : names) {
      if (!KNOWN.contains(name)) {
        throw new IllegalArgumentException(
            "-Drequired expects names out of docker, browser but got " + name);
      }
    }
  }

  public static Required here() {
    return parse(System.getProperty("required", ""));
  }

  static Required parse(String list) {
    return new Required(
        Set.copyOf(
            List.of(list.split(",")).stream()
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .toList()));
  }

  public boolean holds(String name) {
    return names.contains(name);
  }
}
