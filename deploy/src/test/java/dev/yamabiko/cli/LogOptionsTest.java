package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.yamabiko.cli.log.LogFormat;
import dev.yamabiko.cli.log.LogSettings;
import dev.yamabiko.cli.settings.NodeFile;
import dev.yamabiko.cli.settings.NodeKind;
import dev.yamabiko.job.JobException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

@Timeout(120)
class LogOptionsTest {

  private static final Map<String, String> JSON = Map.of("YAMABIKO_LOG_FORMAT", "json");

  @TempDir Path working;

  private LogSettings settings(String file, Map<String, String> environment, String... options)
      throws IOException {
    Path path = Files.writeString(working.resolve("c.conf"), file);
    LogOptions log = new LogOptions();
    CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();
    spec.addMixin("log", CommandLine.Model.CommandSpec.forAnnotatedObject(log));
    new CommandLine(spec).parseArgs(options);
    NodeFile node = NodeFile.of(NodeKind.WORKER, Optional.of(path), working);
    return log.settings(node, environment, working);
  }

  @Test
  void shouldPreferTheOptionToTheVariableAndThatToTheFile() throws IOException {
    assertEquals(LogFormat.TEXT, settings("", Map.of()).format());
    assertEquals(LogFormat.JSON, settings("log-format = json", Map.of()).format());
    assertEquals(LogFormat.JSON, settings("log-format = text", JSON).format());
    assertEquals(LogFormat.TEXT, settings("", JSON, "--log-format", "text").format());
  }

  @Test
  void shouldRefuseALevelThatIsNone() throws IOException {
    settings("", Map.of("YAMABIKO_LOG", "debug"));
    JobException refused =
        assertThrows(JobException.class, () -> settings("", Map.of("YAMABIKO_LOG", "WARNING")));
    assertEquals(
        "$YAMABIKO_LOG expects ERROR, WARN, INFO or DEBUG but got WARNING", refused.getMessage());
  }

  @Test
  void shouldTakeTheFileAndItsBoundsFromTheConfiguration() throws IOException {
    assertEquals(
        new LogSettings(
            LogFormat.TEXT, Optional.of(working.resolve("logs/w.log")), 5L << 20, 7L << 20),
        settings(
            "log-file = logs/w.log, log-file-bytes = 5 MiB, log-total-bytes = 7 MiB", Map.of()));
    assertEquals(
        Optional.of(working.resolve("other.log")),
        settings("log-file = w.log", Map.of(), "--log-file", "other.log").file());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "log-format = jason | c.conf:1: log-format: expected text or json but found jason",
        "log-file-bytes = 10 | log-file-bytes: expected 64 KiB or more but found 10 bytes"
      })
  void shouldSayWhatIsWrong(String file, String expected) {
    JobException e = assertThrows(JobException.class, () -> settings(file, Map.of()));
    assertTrue(e.getMessage().contains(expected), e.getMessage());
  }

  @Test
  void shouldSpeakJsonFromTheFirstWordOn() {
    assertTrue(LogOptions.wantsJson(new String[] {"worker", "--log-format", "json"}, Map.of()));
    assertTrue(LogOptions.wantsJson(new String[] {"train", "--log-format=json"}, Map.of()));
    assertTrue(LogOptions.wantsJson(new String[] {"coordinator"}, JSON));
    assertFalse(LogOptions.wantsJson(new String[] {"worker", "--log-format", "text"}, JSON));
    assertFalse(LogOptions.wantsJson(new String[] {"train", "--log-format=text"}, JSON));
    assertFalse(LogOptions.wantsJson(new String[] {"jobs"}, JSON));
    assertFalse(LogOptions.wantsJson(new String[] {}, JSON));
  }

  /** Beside its log a node says what it does, and what is wrong; a program reads all of it. */
  @Test
  void shouldSayNothingButObjectsOnStandardError() throws Exception {
    Files.writeString(
        working.resolve("w.conf"), "coordinator = \"127.0.0.1:1\", log-format = json, name = w1");
    List<String> command = List.of("worker", "--config", "w.conf", "--cache", "kept");
    Process process = Jvms.start(Jvms.current(), List.of(), command, working);
    Path err = working.resolve("stderr");
    try {
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      while (!Files.readString(err).contains("waiting for the coordinator")) {
        assertTrue(process.isAlive() && System.nanoTime() < deadline, Files.readString(err));
        process.waitFor(20, TimeUnit.MILLISECONDS);
      }
    } finally {
      process.destroy();
    }
    Jvms.Finished finished = Jvms.finish(process, working);
    assertEquals(0, finished.exitCode(), finished.toString());
    List<JsonNode> lines = new ArrayList<>();
    for (String line : finished.err().lines().toList()) {
      lines.add(new JsonMapper().readTree(line));
    }
    List<String> messages = lines.stream().map(line -> line.required("message").asText()).toList();
    assertTrue(
        messages.stream().anyMatch(text -> text.startsWith("worker w1 joins 127.0.0.1:1 with ")),
        messages::toString);
    assertEquals("worker w1 has ended; it had not joined", messages.get(messages.size() - 1));
    JsonNode waits =
        lines.stream()
            .filter(line -> line.required("message").asText().startsWith("waiting for"))
            .findFirst()
            .orElseThrow();
    assertEquals("w1", waits.required("worker").asText());
    assertEquals("dev.yamabiko.worker.MemberNode", waits.required("logger").asText());
  }

  @ParameterizedTest
  @ValueSource(strings = {"afile/w.log", "/dev/null"})
  void shouldRefuseALogFileThatCannotBeWritten(String file) throws IOException {
    Files.writeString(working.resolve("afile"), "");
    Invocation refused =
        Invocation.of(working, List.of("worker", "--coordinator", "h:1", "--log-file", file));
    assertEquals(2, refused.exitCode(), refused.err());
    assertTrue(refused.err().contains("--log-file: cannot write to "), refused.err());
    assertEquals(1, refused.err().lines().count(), refused.err());
  }
}
