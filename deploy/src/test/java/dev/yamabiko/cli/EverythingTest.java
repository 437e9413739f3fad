package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A job that uses whatever could tell one number of workers from another, and its model. */
class EverythingTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path JOB =
      Path.of("src/test/resources/jobs/everything.conf").toAbsolutePath();

  @TempDir private Path directory;

  private JsonNode run(String... args) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code =
        Main.run(
            args,
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            directory);
    assertEquals(0, code, err.toString(StandardCharsets.UTF_8));
    List<String> lines = out.toString(StandardCharsets.UTF_8).lines().toList();
    return JSON.readTree(lines.get(lines.size() - 1));
  }

  private JsonNode train(int workers, String out) throws IOException {
    return run("train", JOB.toString(), "--workers", "" + workers, "--out", out, "--json");
  }

  @Test
  void shouldGiveOneHashAndOneMetricsFileForAnyNumberOfWorkers() throws IOException {
    JsonNode one = train(1, "run1");
    assertTrue(one.path("epochs").asInt() < 8, "it stops early: " + one);
    for (int workers : new int[] {2, 3, 5}) {
      JsonNode more = train(workers, "run" + workers);
      assertEquals(one.path("weights_sha256"), more.path("weights_sha256"));
      assertEquals(one.path("validation_loss"), more.path("validation_loss"));
      assertEquals(
          -1,
          Files.mismatch(
              directory.resolve("run1/metrics.jsonl"),
              directory.resolve("run" + workers + "/metrics.jsonl")));
    }
  }

  @Test
  void shouldBeEvaluatedAsTheTrainerDid() throws IOException {
    JsonNode trained = train(2, "run");
    Files.writeString(
        directory.resolve("data.conf"), "builtin { name = digits, examples = 120, seed = 7 }");
    JsonNode evaluated = run("evaluate", "run", "--data", "data.conf", "--json");
    assertEquals(trained.path("validation_loss"), evaluated.path("loss"));
    assertEquals(trained.path("validation_accuracy"), evaluated.path("accuracy"));
    assertEquals(trained.path("weights_sha256"), evaluated.path("weights_sha256"));
  }

  @Test
  void shouldPredictWhatTheTrainerSaw() throws IOException {
    StringBuilder csv = new StringBuilder("x,colour,y\n");
    for (int i = 0; i < 60; i++) {
      csv.append(i % 13).append(i % 3 == 0 ? ",red," : ",blue,").append(i % 13 * 2 + 0.5);
      csv.append('\n');
    }
    Files.writeString(directory.resolve("rows.csv"), csv);
    Files.writeString(
        directory.resolve("job.conf"),
        """
        data.train.csv { path = rows.csv, targets = [y], categorical = [colour] }
        data.validation.csv { path = rows.csv, targets = [y], categorical = [colour] }
        model = [ { dense { units = 5 } }, tanh, { dense { units = 1 } } ]
        loss = huber, optimizer = rmsprop, batch-size = 16, shards = 3, epochs = 4
        """);
    JsonNode trained = run("train", "job.conf", "--out", "run", "--json");
    run("predict", "run", "--input", "rows.csv", "--out", "out.jsonl", "--json");
    List<Double> errors = new ArrayList<>();
    List<String> lines = Files.readAllLines(directory.resolve("out.jsonl"));
    for (int i = 0; i < lines.size(); i++) {
      double y = JSON.readTree(lines.get(i)).path("y").asDouble();
      errors.add((y - (i % 13 * 2 + 0.5)) * (y - (i % 13 * 2 + 0.5)));
    }
    assertEquals(60, errors.size());
    double rmse = Math.sqrt(errors.stream().mapToDouble(e -> e).sum() / 60);
    assertEquals(trained.path("validation_rmse").asDouble(), rmse, 1e-5 * rmse);
  }
}
