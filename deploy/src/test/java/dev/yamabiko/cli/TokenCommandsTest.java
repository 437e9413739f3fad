package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.api.Credentials;
import dev.yamabiko.api.RemoteCoordinator;
import dev.yamabiko.api.Yamabiko;
import dev.yamabiko.api.YamabikoException;
import dev.yamabiko.coordinator.JobStatus;
import dev.yamabiko.coordinator.access.HttpAccess;
import dev.yamabiko.coordinator.access.Tokens;
import dev.yamabiko.model.CanonicalJson;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tokens from the command that makes them to the coordinator that asks for them. */
@Timeout(120)
class TokenCommandsTest {

  @TempDir private Path directory;
  private String out;
  private String err;

  private int run(String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code =
        Main.run(
            args,
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            directory);
    this.out = out.toString(StandardCharsets.UTF_8);
    this.err = err.toString(StandardCharsets.UTF_8);
    return code;
  }

  /** Makes a token, and its file. */
  private Path token(String name, String role) throws Exception {
    assertEquals(0, run("token", "--name", name, "--role", role), err);
    return Files.writeString(directory.resolve(name + ".token"), out);
  }

  @Test
  void shouldLetInWhoHasATokenThatIsListed() throws Exception {
    Path reader = token("dash-board", "read");
    String entries = err;
    Path submitter = token("ci", "submit");
    entries += err;
    Path other = token("other", "admin");
    Path tokens = Files.writeString(directory.resolve("tokens"), "tokens = [\n" + entries + "]");
    assertFalse(Files.readString(tokens).contains(Files.readString(submitter).strip()));
    HttpAccess access =
        new HttpAccess(Optional.of(Tokens.of(tokens)), Optional.empty(), false, List.of());
    try (TestServer server = new TestServer(directory.resolve("data"), List.of(), access)) {
      server.jobs.put(
          "digits-1",
          TestServer.view("digits-1", Optional.of("ci"), JobStatus.RUNNING, "", Optional.empty()));
      server.jobs.put(
          "mnist-1",
          TestServer.view("mnist-1", Optional.of("ann"), JobStatus.RUNNING, "", Optional.empty()));
      assertEquals(2, run("jobs", "--server", server.url()));
      assertEquals(
          "yamabiko: the coordinator expects a token: Authorization: Bearer TOKEN, as commands send"
              + " it with $YAMABIKO_TOKEN or --token-file FILE\n",
          err);
      assertEquals(2, ask(server, other, "jobs"));
      assertEquals("yamabiko: the coordinator does not know this token\n", err);
      assertEquals(0, ask(server, reader, "jobs"), err);
      String table = String.join("\n", out.lines().sorted().toList());
      assertTrue(
          table.matches(
              "(?s)digits-1 .* 1970-01-01  ci\nid .* submitted  owner\nmnist-1 .* 1970-01-01  ann"),
          table);
      assertEquals(2, ask(server, reader, "cancel", "digits-1"));
      assertEquals("yamabiko: dash-board has the role read; this takes the role submit\n", err);
      assertEquals(0, ask(server, submitter, "cancel", "digits-1"), err);
      assertEquals(2, ask(server, submitter, "cancel", "mnist-1"));
      assertEquals(
          "yamabiko: ci has the role submit, which cancels and resumes its own jobs; job mnist-1 is"
              + " ann's, and takes the role admin\n",
          err);
      assertEquals(
          2, run("jobs", "--server", server.url(), "--token-file", directory + "/nothing"));
      assertEquals("yamabiko: --token-file %s/nothing: no such file\n".formatted(directory), err);
      assertEquals(2, ask(server, directory, "jobs"));
      assertEquals(
          "yamabiko: --token-file %s: expected a file with a token but found a directory\n"
              .formatted(directory),
          err);
      Path two = Files.writeString(directory.resolve("two"), "one-secret two-secret");
      assertEquals(2, ask(server, two, "jobs"));
      assertFalse(err.contains("secret"), err);
      Credentials credentials = Credentials.none().token(Files.readString(reader));
      try (RemoteCoordinator coordinator = Yamabiko.connect(server.url(), credentials);
          RemoteCoordinator stranger = Yamabiko.connect(server.url())) {
        assertEquals(2, coordinator.jobs().size());
        assertTrue(assertThrows(YamabikoException.class, stranger::jobs).isInputWrong());
      }
    }
  }

  private int ask(TestServer server, Path token, String... command) {
    String[] options = {"--server", server.url(), "--token-file", token.toString()};
    String[] args = new String[command.length + options.length];
    System.arraycopy(command, 0, args, 0, command.length);
    System.arraycopy(options, 0, args, command.length, options.length);
    return run(args);
  }

  @Test
  void shouldMakeAnotherTokenEachTimeAndSayItOnce() throws Exception {
    assertEquals(0, run("token", "--name", "ci", "--role", "submit", "--json"), err);
    Map<String, Object> first = CanonicalJson.object(out);
    String token = (String) first.get("token");
    assertTrue(token.matches("yamabiko_[\\w-]{43}"), token);
    assertEquals("submit", first.get("role"));
    assertEquals(
        "{ name = \"ci\", role = submit, sha256 = \"%s\" }\n".formatted(first.get("sha256")), err);
    assertEquals(0, run("token", "--name", "ci", "--role", "submit"), err);
    assertFalse(out.contains(token), out);
    assertFalse(err.contains(out.strip()), err);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "token --name ci --role owner|--role expects one of read, submit, admin but got owner",
        "token --name a/b --role read|--name expects at most 64 letters",
        "token --name ci|'--role=ROLE'",
        "coordinator --tokens nothing.conf|nothing.conf: no such file"
      })
  void shouldSayWhatIsWrong(String command, String expected) {
    assertEquals(2, run(command.split(" ")));
    assertTrue(err.contains(expected), err);
    assertEquals(1, err.lines().count(), err);
  }
}
