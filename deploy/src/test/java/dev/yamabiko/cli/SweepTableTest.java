package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.job.Sweep;
import dev.yamabiko.job.SweepFile;
import dev.yamabiko.model.CanonicalJson;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SweepTableTest {

  private static final Instant NOW = Instant.parse("2026-01-01T00:01:05Z");

  @TempDir private Path folder;
  private Sweep sweep;
  private List<Standing> standings;

  private static final String JOB =
      """
      data.train.builtin { name = spirals, examples = 40 }
      data.validation.fraction = 0.5
      model = [ { dense { units = 4 } }, { dense { units = 3 } } ], loss = softmax-cross-entropy
      optimizer = sgd, batch-size = 8, epochs = 2
      sweep {
        grid {
          clipping.value = [3]
          "optimizer.sgd.momentum" = [0.5, 0.9]
          model.0.dense.units = [4, 8]
        }
        metric = METRIC
      }
      """;

  @BeforeEach
  void begin() throws IOException {
    sweep("validation-loss");
  }

  private void sweep(String metric) throws IOException {
    Path file = Files.writeString(folder.resolve("a.conf"), JOB.replace("METRIC", metric));
    sweep = SweepFile.read(file, List.of(), folder);
    standings =
        new ArrayList<>(
            List.of(
                completed(0, 0.7, 0.4, 12),
                standing(1, Map.of("status", "failed", "error", "it\ndiverged", "epochs", 1)),
                completed(2, 0.5, 0.3, 65),
                standing(
                    3,
                    Map.of(
                        "status",
                        "running",
                        "epoch",
                        1,
                        "epochs",
                        2,
                        "validation_loss",
                        0.1,
                        "started",
                        "2026-01-01T00:00:00Z"))));
  }

  private Standing standing(int trial, Map<String, Object> job) {
    return Standing.ofNew(sweep.trials().get(trial)).with(job);
  }

  private Standing completed(int trial, double loss, double accuracy, double seconds) {
    return standing(
        trial,
        CanonicalJson.object(
            """
            {"status": "completed", "epochs": 2, "train_loss": 0.5, "validation_loss": %s,
             "validation_accuracy": %s, "seconds": %s, "weights_sha256": "f00d"}
            """
                .formatted(loss, accuracy, seconds)));
  }

  @Test
  void shouldPutTheBestTrialFirstAndThoseWithoutAResultLast() {
    SweepTable table = new SweepTable(sweep);
    List<String> lines = table.lines(table.ranked(standings), NOW, Ink.PLAIN);
    assertEquals(
        List.of(
            "trial  value  momentum  units  status     epoch  train loss  validation            metric    time",
            "a-s03      3       0.9      4  completed      2      0.5000      0.5000  accuracy 30.00 %    1:05",
            "a-s01      3       0.5      4  completed      2      0.5000      0.7000  accuracy 40.00 %  12.0 s",
            "a-s02      3       0.5      8  failed         1           -           -                 -       -",
            "a-s04      3       0.9      8  running      1/2           -      0.1000                 -    1:05"),
        lines.stream().map(String::stripTrailing).toList());
    assertEquals(
        "a: 3 of 4 trials have ended, 1 running; best so far a-s03, validation loss 0.5000  accuracy 30.00 %",
        table.summary(standings));
  }

  @Test
  void shouldKnowWhichWayAMetricGetsBetter() throws IOException {
    sweep("validation-accuracy");
    assertEquals("a-s01", new SweepTable(sweep).best(standings).orElseThrow().trial().name());
  }

  @Test
  void shouldNameNoBestWhereNoTrialHasCompleted() {
    standings.set(0, standings.get(1));
    standings.set(2, standings.get(3));
    SweepReport report = new SweepReport(sweep, standings);
    assertTrue(
        report
            .text(Ink.PLAIN, standing -> Map.of(), "a.conf")
            .endsWith("\nno trial has completed with a validation loss"));
    assertEquals(null, report.json("failed").get("best"));
  }

  @Test
  void shouldTellScriptsOfEachTrialInOrderWithNullForWhatIsNot() {
    Map<String, Object> json =
        CanonicalJson.object(CanonicalJson.of(new SweepReport(sweep, standings).json("failed")));
    assertEquals("validation_loss", json.get("metric"));
    List<?> trials = (List<?>) json.get("trials");
    Map<?, ?> failed = (Map<?, ?>) trials.get(1);
    assertEquals("a-s02", failed.get("job"));
    assertEquals(
        Map.of("clipping.value", 3, "model.0.dense.units", 8, "optimizer.sgd.momentum", 0.5),
        failed.get("settings"));
    assertEquals("failed", failed.get("status"));
    assertTrue(failed.containsKey("weights_sha256"));
    assertEquals(null, failed.get("weights_sha256"));
    assertEquals("a-s03", ((Map<?, ?>) json.get("best")).get("job"));
  }

  @Test
  void shouldRedrawTrialsThatRunFirstWithinTheTerminal() {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Terminal terminal = new Terminal(true, 40, 5, true, true, Ink.PLAIN, Ink.PLAIN);
    PrintStream stream = new PrintStream(err, true, StandardCharsets.UTF_8);
    Session session =
        new Session(
            stream, stream, folder, terminal, false, new Interruption(Duration.ZERO, code -> {}));
    new SweepProgress(session, new SweepTable(sweep)).show(standings);
    List<String> lines = err.toString(StandardCharsets.UTF_8).lines().toList();
    assertEquals(4, lines.stream().filter(line -> !line.isBlank()).count());
    assertTrue(lines.stream().anyMatch(line -> line.startsWith("a-s04")), lines::toString);
    assertTrue(lines.stream().anyMatch(line -> line.startsWith("a-s03")), lines::toString);
    assertTrue(
        lines.stream().allMatch(line -> line.replace("\u001b[K", "").length() < 40),
        lines::toString);
  }
}
