package dev.yamabiko.cli;

import dev.yamabiko.cli.settings.NodeFile;
import dev.yamabiko.coordinator.access.HttpAccess;
import dev.yamabiko.coordinator.access.Tokens;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** To whom a coordinator's HTTP API is open. */
final class AccessOptions {

  @Option(names = "--tokens", paramLabel = "FILE")
  private Optional<Path> tokens = Optional.empty();

  /**
   * @param file what is not given on the command line
   */
  HttpAccess access(NodeFile file, Path working) {
    return new HttpAccess(
        tokens.map(working::resolve).or(() -> file.givenPath("tokens")).map(Tokens::of),
        Optional.empty(),
        file.flag("open-metrics"),
        file.texts("http-names"));
  }
}
