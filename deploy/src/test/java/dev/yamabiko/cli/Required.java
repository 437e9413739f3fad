package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * What must be at hand, by {@code -Drequired=docker,browser,onnx,maven,curl,zsh}: tests that want
 * it then wait for it, as it may be installed beside them, and fail for its lack instead of being
 * skipped.
 */
public record Required(Set<String> names) {

  public static final String DOCKER = "docker";
  public static final String BROWSER = "browser";

  /** The native library of ONNX Runtime, for this machine. */
  public static final String ONNX = "onnx";

  public static final String MAVEN = "maven";

  /** And whatever else the commands of the guides call. */
  public static final String CURL = "curl";

  public static final String ZSH = "zsh";

  private static final List<String> KNOWN = List.of(DOCKER, BROWSER, ONNX, MAVEN, CURL, ZSH);

  /** An installation begins before the first test. */
  private static final long MOST_NANOS = TimeUnit.MINUTES.toNanos(2);

  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  /** What has been waited for once is not waited for again. */
  private static final Set<String> AWAITED = ConcurrentHashMap.newKeySet();

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

  /** Skips the test where it is not there and nobody requires it. */
  public static void orSkip(String name, BooleanSupplier there, String lack) {
    here().await(name, there);
    if (here().holds(name)) {
      check(name, there, lack);
    }
    assumeTrue(there, lack);
  }

  /** Returns when it is there, or does not come, or nobody requires it. */
  public void await(String name, BooleanSupplier there) {
    long begin = System.nanoTime();
    while (holds(name) && !AWAITED.contains(name) && !there.getAsBoolean()) {
      if (System.nanoTime() - begin > MOST_NANOS) {
        AWAITED.add(name);
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
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
