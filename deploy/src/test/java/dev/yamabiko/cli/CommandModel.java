package dev.yamabiko.cli;

import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine;

/** All commands as the command line names them, none of which is to be run. */
final class CommandModel {

  private CommandModel() {}

  static CommandLine all() {
    return Main.commands(session());
  }

  static Session session() {
    return new Session(
        System.out,
        System.err,
        Path.of(""),
        new Terminal(false, 80, true),
        false,
        new Interruption(Duration.ZERO, code -> {}));
  }
}
