package dev.yamabiko.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.yamabiko.coordinator.JobStatus;
import dev.yamabiko.coordinator.JobView;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What an epoch takes on the wire, by its line in metrics.jsonl: each worker's weights once, and
 * its gradient once for each block of its lease.
 */
@Tag("cluster")
@Timeout(600)
class WireVolumeClusterTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int EPOCHS = 2;
  private static final int STEPS = 4;

  /** Validation data of several parts: at an epoch's end every worker has had the weights. */
  private static final String JOB =
      """
      name = wide
      data.train { builtin { name = spirals, examples = 64 } }
      data.validation { builtin { name = spirals, examples = 512, seed = 7 } }
      model = [ { dense { units = 1000 } }, relu, { dense { units = 1000 } }, relu, { dense { units = 3 } } ]
      loss = softmax-cross-entropy
      optimizer { sgd { learning-rate = 0.01 } }
      batch-size = 16
      epochs = 2
      """;

  private static final long PARAMETERS = 2 * 1000 + 1000 + 1000 * 1000 + 1000 + 1000 * 3 + 3;

  @TempDir private Path directory;

  private List<JsonNode> metrics(int workers, int shards, String more) throws IOException {
    String job =
        JOB
            + more
            + "shards = %d, workers { min = %d, max = %d }\n".formatted(shards, workers, workers);
    try (LocalCluster cluster = new LocalCluster(directory.resolve("cluster"))) {
      for (int w = 0; w < workers; w++) {
        cluster.join("w" + w);
      }
      JobView view = cluster.finished(cluster.submit(job));
      assertEquals(JobStatus.COMPLETED, view.status(), view.reason());
      return Files.readAllLines(view.directory().resolve("metrics.jsonl")).stream()
          .map(WireVolumeClusterTest::read)
          .toList();
    }
  }

  private static JsonNode read(String line) {
    try {
      return JSON.readTree(line);
    } catch (IOException e) {
      throw new AssertionError(line, e);
    }
  }

  private static void assertNear(double expected, double actual, JsonNode line) {
    assertTrue(Math.abs(actual / expected - 1) <= 0.02, expected + " expected: " + line);
  }

  @Test
  void shouldSendWeightsAndGradientOnceWhereEachWorkerHoldsOneBlock() throws IOException {
    // Whatever speeds are measured, of two shards nobody gets more than one block: one or both.
    List<JsonNode> metrics = metrics(2, 2, "");
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
      JsonNode closed = metrics.get(epoch * (STEPS + 2) + STEPS);
      JsonNode wire = metrics.get(epoch * (STEPS + 2) + STEPS + 1);
      assertEquals(epoch, closed.path("epoch").asInt(-1), closed.toString());
      assertEquals(epoch, wire.path("wire").asInt(-1), wire.toString());
      assertEquals(STEPS, wire.path("steps").asLong(), wire.toString());
      assertEquals(2, wire.path("per_worker").size(), wire.toString());
      long taken = 0;
      for (JsonNode worker : wire.path("per_worker")) {
        long steps = worker.path("steps").asLong();
        double downloads = worker.path("down").asLong() / (4.0 * PARAMETERS);
        if (epoch > 0) {
          assertNear(STEPS, downloads, wire);
        } else {
          // The first weights of all come with the worker, and once more where it was ready before
          // its connection was.
          assertTrue(downloads > STEPS + 0.98 && downloads < STEPS + 2.05, wire.toString());
        }
        if (steps > 0) {
          assertNear(4.0 * PARAMETERS * steps, worker.path("up").asLong(), wire);
        }
        taken += steps;
      }
      assertTrue(taken >= STEPS && taken <= 2 * STEPS, wire.toString());
    }
    JsonNode first = metrics.get(STEPS + 1);
    assertTrue(first.path("bytes_dataset").asLong() > 64 * 2 * 4, first.toString());
    JsonNode last = metrics.get(metrics.size() - 1);
    assertEquals(0, last.path("bytes_dataset").asLong(), last.toString());
  }

  /** The weights at an epoch's end are whole, for they are evaluated. */
  @Test
  void shouldSendHalfTheBytesWhereTheJobRounds() throws IOException {
    String rounded = "communication { gradients = bfloat16, weights = bfloat16 }\n";
    List<JsonNode> metrics = metrics(2, 2, rounded);
    JsonNode wire = metrics.get(metrics.size() - 1);
    assertEquals(EPOCHS - 1, wire.path("wire").asInt(-1), wire.toString());
    for (JsonNode worker : wire.path("per_worker")) {
      assertNear(
          2.0 * PARAMETERS * (STEPS - 1) + 4.0 * PARAMETERS, worker.path("down").asLong(), wire);
      long steps = worker.path("steps").asLong();
      if (steps > 0) {
        assertNear(2.0 * PARAMETERS * steps, worker.path("up").asLong(), wire);
      }
    }
  }

  @Tag("soak")
  @Test
  void shouldSendFewGradientsWhereBlocksAreUneven() throws IOException {
    int shards = 8;
    int most = Integer.numberOfTrailingZeros(shards);
    for (JsonNode line : metrics(3, shards, "")) {
      for (JsonNode worker : line.path("per_worker")) {
        double gradients =
            worker.path("up").asDouble() / (4.0 * PARAMETERS * worker.path("steps").asLong());
        assertTrue(gradients > 0.99 && gradients < most * 1.02, line.toString());
      }
    }
  }
}
