package dev.yamabiko.cli;

import dev.yamabiko.coordinator.access.Role;
import dev.yamabiko.coordinator.access.Token;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Makes a token. It is said here and nowhere else: the coordinator's file has its hash. */
@Command(
    name = "token",
    description =
        "Makes a token with which somebody may use a coordinator's HTTP API: prints it, this once, on"
            + " standard output, and its entry for the coordinator's tokens file on standard error.",
    footer = {
      "",
      "Example:",
      "  yamabiko token --name ci --role submit > ci.token",
      "The entry that it shows belongs into a file  tokens = [ { ... }, ... ]  of the coordinator:",
      "  yamabiko coordinator --tokens tokens.conf",
      "  yamabiko submit " + ExampleJobs.DIGITS + " --token-file ci.token"
    })
final class TokenCommand implements Callable<Integer> {

  private final Session session;

  @Spec private CommandSpec spec;

  @Option(
      names = "--name",
      required = true,
      paramLabel = "N",
      description =
          "Who is to have it; jobs that are submitted with it are his. For messages and logs, too.")
  private String name;

  @Option(
      names = "--role",
      required = true,
      paramLabel = "ROLE",
      description =
          "read (jobs and workers), submit (also submits and uploads jobs, steers its own, and has"
              + " models) or admin (everything).")
  private String role;

  @Mixin private JsonOption json;

  TokenCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    if (!Token.isName(name)) {
      throw refused("--name expects %s but got %s".formatted(Token.NAME_SYNTAX, name));
    }
    Role given =
        Role.of(role)
            .orElseThrow(
                () ->
                    refused(
                        "--role expects one of %s but got %s"
                            .formatted(String.join(", ", Role.texts()), role)));
    String token = Token.random();
    Token entry = Token.of(name, given, token);
    if (!session.json()) {
      session.out().println(token);
    }
    session.err().println(entry.entry());
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("token", token);
    answer.put("name", name);
    answer.put("role", given.text());
    answer.put("sha256", entry.sha256());
    session.answer(answer);
    return 0;
  }

  private ParameterException refused(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
