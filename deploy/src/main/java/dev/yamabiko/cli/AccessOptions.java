package dev.yamabiko.cli;

import dev.yamabiko.coordinator.access.HttpAccess;
import dev.yamabiko.coordinator.access.Tokens;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** To whom a coordinator's HTTP API is open. */
final class AccessOptions {

  @Option(
      names = "--tokens",
      paramLabel = "FILE",
      description =
          "Tokens of those who may use the HTTP API, by their hashes, as yamabiko token makes them;"
              + " read again when it changes (default: none; everybody may who reaches it).")
  private Optional<Path> tokens = Optional.empty();

  /**
   * @param file what is not given on the command line
   */
  HttpAccess access(CoordinatorFile file, Path working) {
    return new HttpAccess(
        tokens.map(working::resolve).or(file::tokens).map(Tokens::of),
        Optional.empty(),
        file.openMetrics(),
        file.httpNames());
  }
}
