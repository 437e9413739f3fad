package dev.yamabiko.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Several commands in one JVM, one after the other, to the first that fails. */
final class SeveralCommands {

  /** Stands behind the last argument of each command. */
  static final String END = ";";

  private SeveralCommands() {}

  public static void main(String[] args) {
    List<String> command = new ArrayList<>();
    for (String argument : args) {
      if (!argument.equals(END)) {
        command.add(argument);
        continue;
      }
      int code = Main.run(command.toArray(new String[0]), System.out, System.err, Path.of(""));
      if (code != 0) {
        System.exit(code);
      }
      command.clear();
    }
    System.exit(0);
  }
}
