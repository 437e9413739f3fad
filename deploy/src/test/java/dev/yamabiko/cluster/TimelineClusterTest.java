package dev.yamabiko.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.yamabiko.coordinator.JobEvent;
import dev.yamabiko.coordinator.JobStatus;
import dev.yamabiko.coordinator.JobView;
import dev.yamabiko.coordinator.NoticeFile;
import dev.yamabiko.worker.PacedNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a coordinator tells of a run's steps and of what happened to it. */
@Tag("cluster")
@Timeout(600)
class TimelineClusterTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long SLOW_NANOS = 3_000_000;

  /**
   * Eight steps; the first four are divided before anybody's speed is known, so that each worker
   * has half a batch.
   */
  private static final String JOB =
      """
      name = short
      data.train { builtin { name = spirals, examples = 128 } }
      data.validation { builtin { name = spirals, examples = 64, seed = 2 } }
      model = [ { dense { units = 24 } }, tanh, { dense { units = 3 } } ]
      loss = softmax-cross-entropy
      optimizer { sgd { learning-rate = 0.1 } }
      batch-size = 32
      shards = 2
      epochs = 2
      checkpoint.every-steps = 4
      workers { min = 2, max = 2 }
      """;

  @TempDir private Path directory;

  /** Slices live with the coordinator, or on a node of their own. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldShowWhichWorkerTheStepsWaitedFor(boolean elsewhere) throws Exception {
    try (LocalCluster cluster = new LocalCluster(directory.resolve("cluster"))) {
      if (elsewhere) {
        cluster.joinParameters("p1");
      }
      cluster.join("slow", PacedNode.of(cluster.settings("slow"), SLOW_NANOS, new LongAdder()));
      cluster.join("fast", PacedNode.of(cluster.settings("fast"), 0, new LongAdder()));
      String id = cluster.submit(JOB);
      BlockingQueue<JobEvent> events = cluster.follow(id);
      JsonNode timing = JSON.readTree(LocalCluster.next(events, "timing").json());
      JobView view = cluster.finished(id);
      assertEquals(JobStatus.COMPLETED, view.status(), view.reason());
      assertTrue(timing.path("samples_per_second").asDouble() > 0, timing.toString());
      List<JsonNode> steps = parsed(cluster.timeline(id).json());
      assertEquals(8, steps.size());
      double slowWaits = 0;
      double fastWaits = 0;
      for (int i = 0; i < steps.size(); i++) {
        JsonNode step = steps.get(i);
        assertEquals(i, step.path("step").asInt());
        double parts = 0;
        for (String part : List.of("compute", "broadcast", "wait", "aggregate")) {
          assertTrue(step.path(part).asDouble() >= 0, step.toString());
          parts += step.path(part).asDouble();
        }
        assertEquals(step.path("seconds").asDouble(), parts, 1e-8, step.toString());
        // The first step counts from when all were told to begin, which the first of them has
        // heard.
        if (i > 0 && i < 4) {
          // A worker may begin before the coordinator hears that the step has begun elsewhere.
          double least = 0.75 * 16 * SLOW_NANOS / 1e9;
          assertTrue(worker(step, "slow").path("compute").asDouble() >= least, step.toString());
          assertTrue(step.path("seconds").asDouble() >= least, step.toString());
          slowWaits += worker(step, "slow").path("wait").asDouble();
          fastWaits += worker(step, "fast").path("wait").asDouble();
        }
      }
      assertTrue(slowWaits < fastWaits, steps.toString());
    }
  }

  private static JsonNode worker(JsonNode step, String name) {
    return StreamSupport.stream(step.path("workers").spliterator(), false)
        .filter(worker -> worker.path("name").asText().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + name + " in " + step));
  }

  @Test
  void shouldKeepWhatHappenedToARun() throws Exception {
    try (LocalCluster cluster = new LocalCluster(directory.resolve("cluster"))) {
      cluster.join("w1", "w2");
      String id = cluster.submit(JOB);
      JobView view = cluster.finished(id);
      assertEquals(JobStatus.COMPLETED, view.status(), view.reason());
      List<JsonNode> notices = parsed(NoticeFile.newest(view.directory(), 500));
      assertEquals(
          List.of("checkpoint 8", "checkpoint 4"),
          notices.stream()
              .map(notice -> notice.path("kind").asText() + " " + notice.path("step").asInt())
              .toList());
    }
  }

  private static List<JsonNode> parsed(List<String> objects) throws IOException {
    List<JsonNode> all = new ArrayList<>();
    for (String object : objects) {
      all.add(JSON.readTree(object));
    }
    return all;
  }
}
