package dev.yamabiko.cli;

import dev.yamabiko.client.Server;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which coordinator a command talks to. */
final class ServerOption {

  private static final String VARIABLE = "YAMABIKO_SERVER";

  @Option(
      names = "--server",
      paramLabel = "URL",
      description =
          "The coordinator; of several nodes, any of them, or more than one with commas between"
              + " (default: $"
              + VARIABLE
              + ", else http://127.0.0.1:8080).")
  private Optional<String> url = Optional.empty();

  Server server() {
    String fromEnvironment = System.getenv().getOrDefault(VARIABLE, "");
    String text = url.orElse(fromEnvironment.isBlank() ? Server.DEFAULT : fromEnvironment);
    return Server.of(text, url.isPresent() ? "--server" : "$" + VARIABLE);
  }
}
