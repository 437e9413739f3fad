package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {

  private static final String NO_MEMORY =
      "not enough memory: the JVM may use [0-9.]+ MiB; give it more, as in YAMABIKO_JAVA_OPTS=-Xmx8g";

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @TempDir Path working;

  private int run(String commandLine) {
    String[] args = commandLine.isEmpty() ? new String[0] : commandLine.split(" ");
    return Main.run(
        args,
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        working);
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private void job(String name, String text) throws IOException {
    Files.writeString(working.resolve(name), text);
  }

  @Test
  void shouldSayInOneLineThatMemoryDoesNotEvenSufficeToSayIt() throws Exception {
    String job = Path.of("jobs/digits.conf").toAbsolutePath().toString();
    Jvms.Finished finished =
        Jvms.finish(
            Jvms.start(
                Jvms.current(),
                List.of("-Xmx6m", "-XX:+UseSerialGC"),
                List.of("train", job, "--json"),
                working),
            working);
    assertEquals(1, finished.exitCode());
    assertTrue(finished.err().matches("yamabiko: " + NO_MEMORY + "\n"), finished.err());
    assertTrue(
        finished.out().matches("\\{\"error\":\"" + NO_MEMORY + "\",\"status\":\"failed\"}\n"),
        finished.out());
  }

  /** So many workers are too much for it, and are made by an actor. */
  @Test
  void shouldSayInOneLineThatMemoryDoesNotSufficeForTheActors() throws Exception {
    job("spirals.conf", SPIRALS);
    Jvms.Finished finished =
        Jvms.finish(
            Jvms.start(
                Jvms.current(),
                List.of("-Xmx12m", "-XX:+UseSerialGC"),
                List.of("train", "spirals.conf", "--workers", "1000"),
                working),
            working);
    assertEquals(1, finished.exitCode(), finished.err());
    List<String> said = finished.err().lines().filter(line -> !line.isEmpty()).toList();
    assertTrue(said.get(said.size() - 1).matches("yamabiko: " + NO_MEMORY), finished.err());
    assertFalse(finished.err().contains("Error"), finished.err());
  }

  @Test
  void shouldNameJobsWhereADistributionHasThem() {
    System.setProperty("yamabiko.jobs", "conf/jobs");
    try {
      assertEquals(0, run("--help"));
      assertEquals(0, run("train --help"));
    } finally {
      System.clearProperty("yamabiko.jobs");
    }
    assertTrue(out().contains("yamabiko train conf/jobs/digits.conf --set epochs=2"), out());
    assertFalse(out().contains("deploy/jobs"), out());
  }

  private static final String SPIRALS =
      """
      data.train.builtin { name = spirals, examples = 40 }
      model = [ { dense { units = 3 } } ], loss = softmax-cross-entropy
      optimizer { sgd { learning-rate = 0.1 } }
      batch-size = 32, shards = 2, epochs = 1
      """;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''                           | a command is expected: train, check, gradcheck, plan, evaluate, predict, export, coordinator, worker, parameters, submit, sweep, jobs, status, cancel, resume, workers, certs, token, doctor, completion (see yamabiko --help)",
        "trian a.conf                 | unexpected argument trian; did you mean train? (see yamabiko --help)",
        "train                        | Missing required parameter: 'JOB.conf' (see yamabiko train --help)",
        "train a.conf b.conf          | unexpected argument b.conf (see yamabiko train --help)",
        "train a.conf --worker 2      | unknown option --worker; did you mean --workers? (see yamabiko train --help)",
        "train a.conf --wrokers=2     | unknown option --wrokers=2; did you mean --workers? (see yamabiko train --help)",
        "train a.conf --workers two   | --workers expects a number from 1 to 1024 but got two (see yamabiko train --help)",
        "train a.conf --workers 0     | --workers expects a number from 1 to 1024 but got 0 (see yamabiko train --help)",
        "train a.conf --workers 1025  | --workers expects a number from 1 to 1024 but got 1025 (see yamabiko train --help)",
        "plan a.conf --workers 0      | --workers expects a number from 1 to 1024 but got 0 (see yamabiko plan --help)",
        "plan a.conf --threads many   | --threads expects a number from 1 to 1024 but got many (see yamabiko plan --help)",
        "plan a.conf --cores 0        | --cores expects a number from 1 to 1024 but got 0 (see yamabiko plan --help)",
        "plan a.conf --bandwidth 10   | --bandwidth expects bits per second above 0, as 10Gb, 1Gb/s or 100Mb, but got 10 (see yamabiko plan --help)",
        "plan a.conf --bandwidth=-1Gb | --bandwidth expects bits per second above 0, as 10Gb, 1Gb/s or 100Mb, but got -1Gb (see yamabiko plan --help)",
        "plan a.conf --latency 50     | --latency expects a time, as 50us or 1ms, but got 50 (see yamabiko plan --help)",
        "check a.conf --out x         | unknown option --out (see yamabiko check --help)",
        "train a.conf --out=          | --out expects DIR but got \"\" (see yamabiko train --help)",
        "train a.conf --set=          | --set expects KEY=VALUE but got \"\" (see yamabiko train --help)",
        "jobs --server=               | --server expects URL but got \"\" (see yamabiko jobs --help)",
        "worker --tls=                | --tls expects DIR but got \"\" (see yamabiko worker --help)",
        "certs --node a --host=       | --host expects H but got \"\" (see yamabiko certs --help)",
        "worker --coordinator=h:1,    | --coordinator expects HOST:PORT or dns:NAME but got \"\" (see yamabiko worker --help)",
        "coordinator --port x         | --port expects a port from 0 to 65535 but got x (see yamabiko coordinator --help)",
        "check  --set a=1             | expected JOB.conf but got \"\" (see yamabiko check --help)",
        "train a.conf --out           | Missing required parameter for option '--out' (DIR) (see yamabiko train --help)"
      })
  void shouldRefuseUsageErrorsInOneLine(String commandLine, String expected) {
    assertEquals(2, run(commandLine));
    assertEquals("yamabiko: " + expected + "\n", err());
    assertEquals("", out());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "train --json",
        "train a.conf --json --out",
        "train a.conf --out --json",
        "train --json missing.conf",
        "train missing.conf --json=true",
        "check missing.conf --json",
        "trian a.conf --json"
      })
  void shouldAnswerWithOneJsonObjectOnUserErrors(String commandLine) {
    assertEquals(2, run(commandLine));
    assertTrue(out().startsWith("{\"status\":\"failed\",\"error\":\""), out());
    assertEquals(1, out().lines().count());
    assertEquals(1, err().lines().count(), err());
  }

  @Test
  void shouldNameTheKeyOfAWrongJobWithoutAStackTrace() throws IOException {
    job("bad.conf", SPIRALS.replace("epochs", "epoks"));
    assertEquals(2, run("train bad.conf"));
    assertTrue(err().contains("bad.conf") && err().contains("epoks"), err());
    assertFalse(err().contains("\tat "), err());
    assertFalse(Files.exists(working.resolve("runs")), "nothing is written for a wrong job");
  }

  @Test
  void shouldRefuseAModelThatDoesNotFitItsDataBeforeAnythingIsWritten() throws IOException {
    job("bad.conf", SPIRALS.replace("units = 3", "units = 4"));
    assertEquals(2, run("train bad.conf --out run"));
    assertTrue(err().contains("[3]") && err().contains("[4]"), err());
    assertFalse(Files.exists(working.resolve("run")));
  }

  @Test
  void shouldPrintLayersAndPlanOfAGoodJob() throws IOException {
    job("good.conf", SPIRALS);
    assertEquals(0, run("check good.conf"), err());
    assertTrue(out().contains("dense 3") && out().contains("40 examples"), out());
    assertEquals("", err());
  }

  @Test
  void shouldPrintOnlyJsonOnStandardOutputWhereAskedFor() throws IOException {
    job("good.conf", SPIRALS);
    assertEquals(0, run("check good.conf --json"), err());
    assertTrue(
        out()
            .startsWith(
                "{\"status\":\"ok\",\"job\":\"good\",\"parameters\":9,\"steps\":2,\"data_sha256\":\""),
        out());
    assertEquals(1, out().lines().count());
    assertTrue(err().contains("dense 3"), err());
  }

  @Test
  void shouldApplySettings() throws IOException {
    job("good.conf", SPIRALS);
    assertEquals(0, run("check good.conf --set data.train.builtin.examples=50 --set batch-size=5"));
    assertTrue(out().contains("50 examples"), out());
  }

  static List<String> commands() {
    return List.copyOf(CommandModel.all().getSubcommands().keySet());
  }

  @ParameterizedTest
  @MethodSource("commands")
  void shouldShowAnExampleInEveryHelp(String command) {
    assertEquals(0, run(command + " --help"));
    String examples = out().replaceFirst("(?s).*\nExamples?:\n", "");
    assertTrue(examples.length() < out().length(), out());
    assertTrue(examples.contains("yamabiko " + command), out());
    assertTrue(out().lines().allMatch(line -> line.length() <= 100), out());
  }

  @Test
  void shouldTakeHelpForACommand() {
    assertEquals(0, run("train --help"));
    assertEquals(0, run("--help"));
    String asked = out();
    out.reset();
    assertEquals(0, run("help train"));
    assertEquals(0, run("help"));
    assertEquals(asked, out());
    assertEquals(2, run("help trian"));
    assertEquals(
        "yamabiko: unexpected argument trian; did you mean train? (see yamabiko --help)\n", err());
  }

  @Test
  void shouldShowExamplesAndExitCodesInItsOwnHelp() {
    assertEquals(0, run("--help"));
    assertTrue(out().contains("\nExamples:\n"), out());
    assertTrue(out().contains("\n  130   interrupted\n"), out());
    assertTrue(out().lines().allMatch(line -> line.length() <= 100), out());
  }

  @Test
  void shouldShowItsVersion() {
    assertEquals(0, run("--version"));
    assertTrue(out().startsWith("yamabiko ") && out().contains("Java"), out());
  }
}
