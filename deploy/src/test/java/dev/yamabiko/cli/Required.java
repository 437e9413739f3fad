package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * What must be at hand, by {@code -Drequired=docker,browser,onnx,maven}: tests that want it then
 * fail for its lack instead of being skipped.
 */
public record Required(Set<String> names) {

  public static final String DOCKER = "docker";
  public static final String BROWSER = "browser";

  /** The native library of ONNX Runtime, for this machine. */
  public static final String ONNX = "onnx";

  public static final String MAVEN = "maven";

  private static final List<String> KNOWN = List.of(DOCKER, BROWSER, ONNX, MAVEN);

  public Required {
    names = Set.copyOf(names);
    for (String name : names) {
      if (!KNOWN.contains(name)) {
        throw new IllegalArgumentException(
            "-Drequired expects names out of %s but got %s"
                .formatted(String.join(", ", KNOWN), name));
      }
    }
  }

  public static Required here() {
    return parse(System.getProperty("required", ""));
  }

  /**
   * Fails where it is required and not there; skips the test where nobody requires it.
   *
   * @param lack says that it is not there
   */
  public static void check(String name, BooleanSupplier there, String lack) {
    assumeTrue(here().holds(name), "-Drequired=%s is not given".formatted(name));
    assertTrue(there, "-Drequired=%s is given, but %s".formatted(name, lack));
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
