package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.yamabiko.cli.ResumableJob.Output;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A run that diverges, goes back and takes smaller steps: the same bits on any number of workers.
 */
class LateDivergenceTest {

  /**
   * The warm-up takes the rate across what this network bears in the second epoch; at half of it,
   * later or never.
   */
  private static final String DIVERGING =
      """
      name = diverging, seed = 3
      data.train.builtin { name = sine, examples = 150, seed = 4 }
      data.validation.builtin { name = sine, examples = 40, seed = 5 }
      model = [ { dense { units = 3000 } }, { dense { units = 1 } } ]
      loss = half-squared-error
      optimizer { sgd { learning-rate = 0.0021 } }
      schedule { constant { warm-up-steps = 60 } }
      batch-size = 16, shards = 4, epochs = 6
      checkpoint { every-steps = 10, best = validation-rmse }
      on-divergence { rollback { factor = 0.5, at-most = 6 } }
      """;

  @TempDir private Path working;

  @Test
  void shouldGiveOneHashAndOneMetricsFileForAnyNumberOfWorkers() throws IOException {
    ResumableJob job = new ResumableJob(working, DIVERGING);
    Output one = job.train("run1", 1);
    assertEquals(0, one.exitCode(), one.err());
    int rollbacks = one.json().path("rollbacks").asInt();
    assertTrue(rollbacks >= 1, "it diverges: " + one.json());
    assertTrue(one.json().path("train_loss").isNumber(), one.json().toString());
    for (int workers : new int[] {2, 3, 5}) {
      String run = "run" + workers;
      Output more = job.train(run, workers, 1 + workers % 3, List.of());
      assertEquals(0, more.exitCode(), more.err());
      assertEquals(one.weights(), more.weights(), run);
      assertEquals(rollbacks, more.json().path("rollbacks").asInt());
      assertEquals(one.json().path("samples_applied"), more.json().path("samples_applied"));
      assertEquals(one.json().path("ledger"), more.json().path("ledger"));
      assertArrayEquals(job.metrics("run1"), job.metrics(run), run);
      assertArrayEquals(
          Files.readAllBytes(job.directory("run1").resolve("model.safetensors")),
          Files.readAllBytes(job.directory(run).resolve("model.safetensors")));
    }
    assertTellsItsStory(job, rollbacks);
  }

  /** The file says of each way back where it was, and of each step the rate that was taken. */
  private static void assertTellsItsStory(ResumableJob job, int rollbacks) throws IOException {
    JsonMapper json = new JsonMapper();
    int backs = 0;
    double scale = 1;
    long next = 0;
    for (String text : Files.readAllLines(job.directory("run1").resolve("metrics.jsonl"))) {
      JsonNode line = json.readTree(text);
      if (line.has("rollback")) {
        assertTrue(line.path("rollback").asInt() > backs, text);
        backs = line.path("rollback").asInt();
        assertEquals(next, line.path("to_step").asLong(), "the steps behind it are gone");
        assertTrue(line.path("diverged_step").asLong() >= next, text);
        scale = StrictMath.pow(0.5, backs);
        assertEquals(scale, line.path("learning_rate_scale").doubleValue());
      } else if (line.has("step")) {
        assertEquals(next, line.path("step").asLong());
        assertTrue(line.path("train_loss").isNumber(), text);
        double rate = 0.0021 * (next + 1) / 60 * scale;
        assertEquals(rate, line.path("learning_rate").doubleValue(), 1e-6 * rate, text);
        next++;
      }
    }
    assertEquals(60, next, "all steps");
    assertEquals(rollbacks, backs);
  }

  @Test
  void shouldFailAlikeWhenItDivergesTooOften() throws IOException {
    ResumableJob job =
        new ResumableJob(
            working, DIVERGING.replace("factor = 0.5, at-most = 6", "factor = 0.99, at-most = 2"));
    Output one = job.train("run1", 1);
    Output five = job.train("run5", 5);
    for (Output output : List.of(one, five)) {
      assertEquals(1, output.exitCode(), output.err());
      assertEquals("failed", output.json().path("status").asText());
      assertEquals(2, output.json().path("rollbacks").asInt());
    }
    assertTrue(one.error().startsWith("the run diverged: "), one.error());
    assertEquals(one.error(), five.error());
    assertFalse(one.err().contains("to go on"), one.err());
    assertEquals(one.json().path("steps"), five.json().path("steps"));
    assertArrayEquals(job.metrics("run1"), job.metrics("run5"));
  }
}
