package dev.yamabiko.data;

import java.nio.file.Path;
import java.util.Map;

/** Where a user's files are that can be made again; bin/yamabiko looks there, too. */
public final class CacheHome {

  private CacheHome() {}

  /** This user's, in this environment. */
  public static Path of(Map<String, String> environment) {
    return of(environment, Path.of(System.getProperty("user.home")));
  }

  /**
   * YAMABIKO_CACHE, else yamabiko in XDG_CACHE_HOME (which counts if it is absolute), else
   * .cache/yamabiko in the home directory.
   */
  static Path of(Map<String, String> environment, Path home) {
    String own = environment.getOrDefault("YAMABIKO_CACHE", "");
    if (!own.isBlank()) {
      return Path.of(own).toAbsolutePath();
    }
    String shared = environment.getOrDefault("XDG_CACHE_HOME", "");
    Path caches = Path.of(shared).isAbsolute() ? Path.of(shared) : home.resolve(".cache");
    return caches.resolve("yamabiko");
  }
}
