package dev.yamabiko.cli;

import dev.yamabiko.cli.settings.NodeFile;
import dev.yamabiko.cli.settings.NodeKind;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Where a node's settings are that its other options leave open. */
final class ConfigOption {

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Settings in HOCON; options on the command line go before them.")
  private Optional<Path> file = Optional.empty();

  NodeFile read(NodeKind kind, Session session) {
    return NodeFile.of(kind, file, session.workingDirectory());
  }
}
