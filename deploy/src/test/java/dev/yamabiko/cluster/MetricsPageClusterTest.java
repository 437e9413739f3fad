package dev.yamabiko.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.yamabiko.cli.EventRecords;
import dev.yamabiko.coordinator.JobEvent;
import dev.yamabiko.coordinator.JobStatus;
import dev.yamabiko.coordinator.JobView;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The page for Prometheus, of a coordinator whose workers compute. */
@Tag("cluster")
@Timeout(600)
class MetricsPageClusterTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path directory;

  private static Exposition page(LocalCluster cluster) throws Exception {
    URI address =
        URI.create(
            "http://127.0.0.1:%d/metrics".formatted(cluster.coordinator().httpAddress().getPort()));
    HttpResponse<String> response =
        HttpClient.newHttpClient()
            .send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString());
    assertEquals(200, response.statusCode(), response.body());
    return Exposition.parse(response.body());
  }

  private static List<JsonNode> metrics(JobView view) throws Exception {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(view.directory().resolve("metrics.jsonl"))) {
      lines.add(JSON.readTree(line));
    }
    return lines;
  }

  private static JsonNode last(List<JsonNode> lines, String first) {
    return lines.stream().filter(line -> line.has(first)).reduce((a, b) -> b).orElseThrow();
  }

  private static long sum(List<JsonNode> lines, String key) {
    return lines.stream().mapToLong(line -> line.path(key).asLong()).sum();
  }

  private static void assertForTensorBoard(List<JsonNode> lines, EventRecords.Page page) {
    List<Float> losses =
        lines.stream()
            .filter(line -> line.has("step"))
            .map(line -> (float) line.path("train_loss").asDouble())
            .toList();
    assertEquals(losses, List.copyOf(page.scalars().get("loss/train").values()));
    assertEquals(Set.of(14L, 29L), page.histograms().get("weights/7.bias").keySet());
  }

  private static void assertDocumented(Exposition page) throws Exception {
    String document = Files.readString(Path.of("../docs/monitoring.md"));
    List<String> missing =
        page.families().keySet().stream()
            .filter(name -> name.startsWith("yamabiko_") && !document.contains("`" + name + "`"))
            .toList();
    assertEquals(List.of(), missing);
    // Prometheus has a label of this name of its own, which goes before unless it is told
    // otherwise.
    assertTrue(document.contains("\n    honor_labels: true\n"));
    for (Exposition.Family family : page.families().values()) {
      boolean counts = family.name().endsWith("_total");
      assertEquals(counts, family.type().equals("counter"), family.name());
    }
  }

  @Test
  void shouldTellWhatTheRunHasDone() throws Exception {
    SmallJob job =
        SmallJob.of(2)
            .with("workers { min = 2, max = 2 }, checkpoint.every-steps = 10")
            .with("tensorboard.histograms.every-steps = 15");
    try (LocalCluster cluster = new LocalCluster(directory)) {
      Exposition idle = page(cluster);
      assertEquals(1, idle.value("yamabiko_coordinator_active"));
      assertEquals(0, idle.value("yamabiko_workers_registered"));
      cluster.join("w1", "w2");
      String id = cluster.submit(job.text());
      BlockingQueue<JobEvent> events = cluster.follow(id);
      LocalCluster.next(events, "step");
      Exposition running = page(cluster);
      assertEquals(2, running.value("yamabiko_workers_registered"));
      assertEquals(2, running.value("yamabiko_workers_computing"));
      assertEquals(1, running.value("yamabiko_jobs", "status", "running"));
      assertEquals(2, running.value("yamabiko_job_workers", "job", id));
      LocalCluster.next(events, JobEvent.END);

      JobView view = cluster.view(id);
      assertEquals(JobStatus.COMPLETED, view.status(), view.reason());
      Exposition page = page(cluster);
      List<JsonNode> lines = metrics(view);
      JsonNode result = JSON.readTree(view.result().orElseThrow());
      assertEquals(job.steps(), page.value("yamabiko_steps_total", "job", id));
      assertEquals(job.steps(), page.value("yamabiko_job_step", "job", id));
      assertEquals(2, page.value("yamabiko_job_epoch", "job", id));
      assertEquals(
          result.path("samples_applied").asLong(), page.value("yamabiko_samples_total", "job", id));
      assertEquals(job.steps(), page.value("yamabiko_step_seconds_count", "job", id));
      double seconds = page.value("yamabiko_step_seconds_sum", "job", id);
      assertTrue(seconds > 0 && seconds <= result.path("seconds").asDouble() * 1.05, seconds + "");
      double parts = 0;
      for (String part : List.of("compute", "broadcast", "wait", "aggregate")) {
        parts += page.value("yamabiko_step_part_seconds_total", "job", id, "part", part);
      }
      assertEquals(seconds, parts, seconds * 1e-6);
      JsonNode step = last(lines, "step");
      JsonNode epoch = last(lines, "epoch");
      for (JsonNode line : lines) {
        epoch = line.has("steps") && line.has("validation_loss") ? line : epoch;
      }
      assertEquals(
          step.path("train_loss").asDouble(), page.value("yamabiko_train_loss", "job", id));
      assertEquals(
          step.path("learning_rate").floatValue(),
          (float) page.value("yamabiko_learning_rate", "job", id));
      assertEquals(
          epoch.path("validation_loss").asDouble(),
          page.value("yamabiko_validation_loss", "job", id));
      assertEquals(4, page.value("yamabiko_checkpoints_written_total", "job", id));
      assertEquals(0, page.value("yamabiko_rollbacks_total", "job", id));
      // The end evaluates the training data, after the last line of the wire.
      for (Map.Entry<String, String> wire :
          Map.of("up", "bytes_up", "down", "bytes_down", "dataset", "bytes_dataset").entrySet()) {
        double bytes = page.value("yamabiko_wire_bytes_total", "job", id, "traffic", wire.getKey());
        assertTrue(bytes > 0 && bytes >= sum(lines, wire.getValue()), wire + " " + bytes);
      }
      assertEquals(1, page.value("yamabiko_jobs", "status", "completed"));
      assertEquals(0, page.value("yamabiko_jobs", "status", "running"));
      assertEquals(0, page.value("yamabiko_workers_computing"));
      assertEquals(0, page.value("yamabiko_job_workers", "job", id));
      assertDocumented(page);
      assertForTensorBoard(lines, EventRecords.page(view.directory()));
    }
  }
}
