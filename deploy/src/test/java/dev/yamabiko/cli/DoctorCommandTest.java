package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.yamabiko.coordinator.access.Role;
import dev.yamabiko.coordinator.access.Token;
import dev.yamabiko.tensor.KernelFingerprint;
import dev.yamabiko.wire.BulkServer;
import dev.yamabiko.wire.BulkSettings;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

@Timeout(180)
class DoctorCommandTest {

  @TempDir Path working;

  private Invocation doctor(String arguments) {
    return Invocation.of(working, List.of(("doctor " + arguments).split(" ")));
  }

  private static Map<String, String> results(Invocation invocation) {
    Map<String, String> results = new LinkedHashMap<>();
    for (JsonNode check : invocation.json().required("checks")) {
      results.put(check.required("check").asText(), check.required("result").asText());
    }
    return results;
  }

  @Test
  void shouldCheckACoordinatorsFileAndStartNothing() throws IOException {
    Files.writeString(
        working.resolve("c.conf"),
        "port = 0, http-port = 0, data = kept, upload-bytes = 1 MiB, dataset-bytes = 0");
    Invocation invocation = doctor("coordinator --config c.conf --json");
    assertEquals(0, invocation.exitCode(), invocation.err());
    Map<String, String> results = results(invocation);
    assertEquals(
        List.of(
            "java",
            "kernels",
            "memory",
            "open files",
            "clock",
            "host",
            "exposure",
            "port",
            "http-port",
            "bulk-port",
            "data",
            "data-roots"),
        List.copyOf(results.keySet()));
    assertEquals("ok", results.get("data"));
    assertTrue(!Files.exists(working.resolve("kept")));
    assertEquals(12, invocation.err().lines().filter(l -> l.matches("(ok|warning) .*")).count());
  }

  @Test
  void shouldEndWithTwoWhereANodeCouldNotStart() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      String command = "coordinator --data d --http-port %d --port 0 --json";
      Invocation invocation = doctor(command.formatted(taken.getLocalPort()));
      assertEquals(2, invocation.exitCode(), invocation.err());
      assertEquals("problem", results(invocation).get("http-port"));
      assertEquals("problem", invocation.json().required("status").asText());
    }
  }

  /** In the node's own words; see {@link NodeCommandsTest#shouldNotUseAPortTwice}. */
  @ParameterizedTest
  @CsvSource({
    "coordinator --data d --port 0 --http-port %1$d --bulk-port %1$d, http-port, bulk-port",
    "coordinator --data d --port 0 --http-port %1$d --health-port %1$d, http-port, health-port",
    "parameters --coordinator 127.0.0.1:1 --port %1$d --bulk-port %1$d, port, bulk-port",
    "worker --coordinator 127.0.0.1:1 --cache d --port %1$d --health-port %1$d, port, health-port",
  })
  void shouldFindPortsThatAreAlike(String command, String first, String second) throws IOException {
    int free;
    try (ServerSocket socket = new ServerSocket(0)) {
      free = socket.getLocalPort();
    }
    Invocation invocation = doctor(command.formatted(free) + " --json");
    assertEquals(2, invocation.exitCode(), invocation.err());
    Map<String, String> results = results(invocation);
    assertEquals("ok", results.get(first), invocation.err());
    assertEquals("problem", results.get(second), invocation.err());
    String expected = "expected a port each for %s and %s but both are %d; name another with --%s";
    assertTrue(
        invocation.err().contains(expected.formatted(first, second, free, second)),
        invocation.err());
  }

  @Test
  void shouldEndWithOneWhereOnlyTheCoordinatorIsMissing() {
    Invocation invocation =
        doctor("worker --coordinator 127.0.0.1:1 --cache kept --server http://127.0.0.1:1 --json");
    assertEquals(1, invocation.exitCode(), invocation.err());
    Map<String, String> results = results(invocation);
    assertEquals("unreachable", results.get("coordinator"));
    assertEquals("unreachable", results.get("http"));
  }

  @Test
  void shouldHoldAWorkersMachineAgainstTheCoordinators() throws IOException {
    try (TestServer server = new TestServer(working.resolve("data"), List.of());
        BulkServer port = BulkServer.bind("127.0.0.1", 0, BulkSettings.DEFAULT)) {
      server.fingerprint = KernelFingerprint.ofThisJvm();
      server.bulkPort = port.port();
      String command =
          "parameters --coordinator 127.0.0.1:%d --server %s --json"
              .formatted(port.port(), server.url());
      Invocation fits = doctor(command);
      assertEquals(0, fits.exitCode(), fits.err());
      Map<String, String> results = results(fits);
      for (String check : List.of("coordinator", "http", "same time", "same bits", "bulk")) {
        assertEquals("ok", results.get(check), check + ": " + fits.err());
      }
      server.fingerprint = "f00d";
      Invocation other = doctor(command);
      assertEquals(2, other.exitCode(), other.err());
      assertEquals("problem", results(other).get("same bits"));
      server.bulkPort = 1;
      assertEquals("unreachable", results(doctor(command)).get("bulk"));
      server.bulkPort = 70_000;
      assertEquals("problem", results(doctor(command)).get("bulk"));
    }
  }

  /** Nobody answers there before it has been started. */
  @Test
  void shouldNotAskTheCoordinatorThatIsToBeStarted() throws Exception {
    String command = "doctor coordinator --port 0 --http-port 0 --data d --json";
    Map<String, String> variables = Map.of("YAMABIKO_SERVER", "http://127.0.0.1:1");
    Process process = Jvms.start(List.of(command.split(" ")), variables, working);
    Jvms.Finished alone = Jvms.finish(process, working);
    assertEquals(0, alone.exitCode(), alone.err());
    assertFalse(alone.lastLine().contains("\"http\""), alone.lastLine());
    assertTrue(alone.lastLine().contains("\"http-port\""), alone.lastLine());
    Invocation asked =
        doctor("coordinator --port 0 --http-port 0 --data d --server http://127.0.0.1:1 --json");
    assertEquals(1, asked.exitCode(), asked.err());
    assertEquals("unreachable", results(asked).get("http"));
  }

  @Test
  void shouldTryTheCertificateOfTheNode() {
    Invocation invocation =
        doctor("worker --coordinator 127.0.0.1:1 --cache kept --tls none --json");
    assertEquals(2, invocation.exitCode(), invocation.err());
    assertEquals("problem", results(invocation).get("tls"));
    Invocation asked = doctor("--tls none --server https://127.0.0.1:1 --json");
    assertEquals(2, asked.exitCode(), asked.err());
    assertEquals("problem", results(asked).get("http"));
  }

  /** Nodes compare no names, so the coordinator would start, and no client reach it. */
  @Test
  void shouldCompareTheCertificateWithWhatClientsCallTheApi() {
    Invocation.of(working, List.of("certs", "--node", "bare", "--node", "both"));
    Invocation.of(working, List.of("certs --node both --host both,127.0.0.1 --replace".split(" ")));
    String command = "coordinator --port 0 --http-port 0 --data d --json --tls certs/";
    assertEquals("ok", results(doctor(command + "both")).get("tls hosts"));
    Invocation bare = doctor(command + "bare");
    assertEquals("warning", results(bare).get("tls hosts"));
    String said = bare.json().toString();
    assertTrue(
        said.contains(
            "clients that call the API at 127.0.0.1 refuse it; where its authority is, yamabiko certs"
                + " makes it anew with --host bare,127.0.0.1 --replace"),
        said);
  }

  @Test
  void shouldTellWhoElseMayWriteTheTokens() throws IOException {
    Path file = working.resolve("tokens");
    TokensFiles.write(file, Token.of("ann", Role.READ, Token.random()));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    String command = "coordinator --port 0 --http-port 0 --data d --tokens tokens --json";
    assertEquals("ok", results(doctor(command)).get("tokens"));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw----"));
    assertEquals("warning", results(doctor(command)).get("tokens"));
    Files.writeString(file, "tokens = [ { name = ann, role = none } ]");
    assertEquals("problem", results(doctor(command)).get("tokens"));
  }

  /** What it is told as the node would be, it takes as the node would. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "worker --coordinator h:1 --threads 0 | threads",
        "worker --coordinator h:1 --name a/b | name",
        "parameters --coordinator h:1 --threads many | threads",
        "coordinator --data d --log-format xml | log",
        "coordinator --data d --log-file . | log",
        "coordinator --data d --log-file /proc/version/log | log",
        "coordinator --data d --log-file a%b | log",
      })
  void shouldFindWhatANodeWouldNotTake(String arguments, String check) {
    Invocation invocation = doctor(arguments + " --json");
    assertEquals(2, invocation.exitCode(), invocation.err());
    assertEquals("problem", results(invocation).get(check), invocation.err());
  }

  @Test
  void shouldHaveAllOptionsOfANode() {
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
    Session session =
        new Session(
            nowhere,
            nowhere,
            working,
            new Terminal(false, 80, true),
            false,
            new Interruption(Duration.ZERO, code -> {}));
    Map<String, CommandLine> commands = Main.commands(session).getSubcommands();
    for (String node : List.of("coordinator", "worker", "parameters")) {
      for (OptionSpec option : commands.get(node).getCommandSpec().options()) {
        String name = option.longestName();
        assertNotNull(commands.get("doctor").getCommandSpec().findOption(name), node + " " + name);
      }
    }
  }

  @Test
  void shouldTakeTheOptionsOfAWorker() {
    Invocation invocation =
        doctor(
            "worker --coordinator 127.0.0.1:1 --cache c --threads 2 --name w1 --log-format json"
                + " --log-file logs/w1.log --insecure --json");
    assertEquals(1, invocation.exitCode(), invocation.err());
    for (String check : List.of("log", "name", "threads")) {
      assertFalse(results(invocation).containsKey(check), invocation.err());
    }
    assertFalse(Files.exists(working.resolve("logs")));
    Invocation lost = doctor("worker --coordinator h:1 --extensions nowhere.jar");
    assertEquals(2, lost.exitCode(), lost.err());
    assertTrue(lost.err().contains("nowhere.jar"), lost.err());
  }

  /** Where the API alone is beyond this machine, that is what strangers reach. */
  @Test
  void shouldJudgeWhereTheApiListens() throws IOException {
    Files.writeString(working.resolve("c.conf"), "http-host = 0.0.0.0");
    String command = "coordinator --config c.conf --data d --port 0 --http-port 0 --json";
    Invocation open = doctor(command);
    assertEquals(2, open.exitCode(), open.err());
    assertEquals("ok", results(open).get("exposure"));
    assertEquals("ok", results(open).get("http-host"));
    assertEquals("problem", results(open).get("http exposure"));
    Invocation meant = doctor(command + " --insecure");
    assertEquals(0, meant.exitCode(), meant.err());
    assertEquals("warning", results(meant).get("http exposure"));
  }

  /** Not a file of its own making, which is gone by then. */
  @Test
  void shouldNameTheDirectoryThatCannotBeWritten() throws IOException {
    Path device = Path.of("/proc");
    Assumptions.assumeTrue(Files.isDirectory(device), "nobody can make a file in /proc");
    Invocation invocation = doctor("coordinator --port 0 --http-port 0 --data /proc --json");
    assertEquals(2, invocation.exitCode(), invocation.err());
    JsonNode data =
        StreamSupport.stream(invocation.json().required("checks").spliterator(), false)
            .filter(check -> check.required("check").asText().equals("data"))
            .findFirst()
            .orElseThrow();
    String found = data.required("found").asText();
    assertTrue(found.startsWith("/proc cannot be written or locked: "), found);
    assertFalse(found.contains("trial"), found);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--port 1 | --port expects the node that it is for: coordinator, worker, parameters",
        "--config c.conf | --config expects the node that it is for",
        "manager | expected coordinator, worker, parameters but got manager",
        "worker --data d | a worker has no --data",
        "coordinator --cache d | a coordinator has no --cache",
        "coordinator --threads 2 | a coordinator has no --threads",
        "--insecure | --insecure expects the node that it is for"
      })
  void shouldRefuseWhatItCannotCheck(String arguments, String expected) {
    Invocation invocation = doctor(arguments);
    assertEquals(2, invocation.exitCode());
    assertTrue(invocation.err().contains(expected), invocation.err());
    assertEquals(1, invocation.err().lines().count(), invocation.err());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "worker | prot = 1 | config",
        "worker | coordinator = here | coordinator",
        "worker | port = 70000 | port",
        "worker | cache = c.conf | cache",
        "worker | host = 192.0.2.1 | host",
        "worker | name = w | coordinator",
        "worker | name = a/b | name",
        "worker | threads = 0 | threads",
        "worker | log-format = xml | log",
        "worker | extensions = [ none ] | extensions",
        "coordinator | data-roots = [ none ] | data-roots",
        "coordinator | health-port = here | health-port",
        "coordinator | tokens = none | tokens",
        "coordinator | tokens = c.conf | tokens"
      })
  void shouldFindWhatIsWrongInAFile(String node, String text, String check) throws IOException {
    Files.writeString(working.resolve("c.conf"), text);
    Invocation invocation = doctor(node + " --config c.conf --json");
    assertEquals(2, invocation.exitCode(), invocation.err());
    assertEquals("problem", results(invocation).get(check), invocation.err());
  }
}
