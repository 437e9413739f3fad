package dev.yamabiko.cli;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigSyntax;
import dev.yamabiko.data.NearestName;
import dev.yamabiko.job.Hocon;
import dev.yamabiko.job.JobException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * The configuration of a coordinator, in HOCON: {@code host}, {@code port}, {@code http-port},
 * {@code bulk-port}, {@code data}, {@code data-roots}, {@code upload-bytes}, {@code dataset-bytes},
 * {@code allow-other-fingerprints}, {@code tokens}, {@code open-metrics} and {@code http-names},
 * all optional. Paths are relative to the file. Every failure is a {@link JobException}.
 */
final class CoordinatorFile {

  private static final List<String> KEYS =
      List.of(
          "host",
          "port",
          "http-port",
          "bulk-port",
          "data",
          "data-roots",
          "upload-bytes",
          "dataset-bytes",
          "allow-other-fingerprints",
          "tokens",
          "open-metrics",
          "http-names");

  private final Path file;
  private final Config config;

  private CoordinatorFile(Path file, Config config) {
    this.file = file;
    this.config = config;
  }

  /** Sets nothing. */
  static CoordinatorFile none() {
    return new CoordinatorFile(Path.of(""), ConfigFactory.empty());
  }

  static CoordinatorFile read(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new JobException(file + ": no such file");
    }
    Hocon.requireText(file, "a configuration");
    try {
      Config config =
          ConfigFactory.parseFile(
                  file.toFile(), ConfigParseOptions.defaults().setSyntax(ConfigSyntax.CONF))
              .resolve();
      for (String key : config.root().keySet()) {
        if (!KEYS.contains(key)) {
          throw new JobException(
              "%s:%d: %s: unknown key%s"
                  .formatted(
                      file,
                      config.root().get(key).origin().lineNumber(),
                      key,
                      NearestName.hint(key, KEYS)));
        }
      }
      return new CoordinatorFile(file, config);
    } catch (ConfigException e) {
      throw Hocon.error(e, file.toString());
    }
  }

  Optional<String> host() {
    return value("host", Config::getString);
  }

  Optional<Integer> port(String key) {
    Optional<Integer> port = value(key, Config::getInt);
    port.filter(number -> number < 0 || number > 65_535)
        .ifPresent(
            number -> {
              throw new JobException(
                  "%s: %s: expected a port from 0 to 65535 but found %d"
                      .formatted(file, key, number));
            });
    return port;
  }

  Optional<Path> data() {
    return value("data", Config::getString).map(this::path);
  }

  List<Path> dataRoots() {
    return value("data-roots", Config::getStringList).orElse(List.of()).stream()
        .map(this::path)
        .toList();
  }

  /** As 20 GiB, or a number. */
  Optional<Long> bytes(String key) {
    return value(key, Config::getBytes);
  }

  boolean allowOtherFingerprints() {
    return value("allow-other-fingerprints", Config::getBoolean).orElse(false);
  }

  Optional<Path> tokens() {
    return value("tokens", Config::getString).map(this::path);
  }

  boolean openMetrics() {
    return value("open-metrics", Config::getBoolean).orElse(false);
  }

  List<String> httpNames() {
    return value("http-names", Config::getStringList).orElse(List.of());
  }

  private Path path(String text) {
    return file.toAbsolutePath().getParent().resolve(text);
  }

  private <T> Optional<T> value(String key, BiFunction<Config, String, T> get) {
    try {
      return config.hasPath(key) ? Optional.of(get.apply(config, key)) : Optional.empty();
    } catch (ConfigException e) {
      throw new JobException(e.getMessage(), e);
    }
  }
}
