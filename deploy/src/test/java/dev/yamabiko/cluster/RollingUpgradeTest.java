package dev.yamabiko.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.yamabiko.cli.Jvms;
import dev.yamabiko.cli.OtherBuild;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Workers of one build are replaced, one by one and in the middle of a job, by those of another.
 * That is this build under another version; {@code -Dupgrade.to=DIR} names the directory of a real
 * one's jars.
 */
@Tag("cluster")
@Timeout(600)
class RollingUpgradeTest {

  private static final String JOB =
      """
      name = upgraded
      seed = 5
      data.train { builtin { name = digits, examples = 400 } }
      model = [
        { conv2d { filters = 8, kernel = 3 } }, relu, { max-pool { size = 2 } }, flatten,
        { dense { units = 64 } }, relu, { dense { units = 10 } }
      ]
      loss = softmax-cross-entropy
      optimizer { sgd { learning-rate = 0.05, momentum = 0.9 } }
      batch-size = 50
      shards = 8
      epochs = %d
      workers.min = 2
      """;

  /** Steps between two replacements; eight are an epoch. */
  private static final int STEPS = 16;

  /** Enough for both: with one worker it waits for the other, so that no build goes on alone. */
  private static final int EPOCHS = 20;

  @TempDir private Path directory;

  @Tag("slow")
  @Test
  void shouldKeepTheBitsOfAJobWhoseWorkersAreReplacedByAnotherBuild() throws Exception {
    String other = OtherBuild.classPath(directory);
    try (ProcessCluster cluster = new ProcessCluster(directory)) {
      cluster.startCoordinator();
      cluster.haveWorkers("a", "b");
      String before = build(cluster, "a");
      String id = cluster.submit(JOB.formatted(EPOCHS));
      for (String name : List.of("a", "b")) {
        long step = step(cluster, id);
        cluster.await(id, "under way", status -> status.path("step").asLong() >= step + STEPS);
        NodeProcess old = cluster.worker(name);
        old.terminate();
        Jvms.Finished left = old.finish();
        assertEquals(0, left.exitCode(), left.err());
        cluster.startWorker(name + "-next", other);
        cluster.await(
            name + " to be replaced",
            () ->
                cluster.registered().containsKey(name + "-next")
                    && cluster.registered().size() == 2);
        assertNotEquals(before, build(cluster, name + "-next"));
      }
      JsonNode end = cluster.completed(id);
      String took = end.required("worker_names").toString();
      assertTrue(took.contains("a-next") && took.contains("b-next"), took);
      JsonNode alone = cluster.alone(JOB.formatted(EPOCHS));
      for (String field : List.of("weights_sha256", "steps", "samples_applied")) {
        assertEquals(alone.required(field), end.required(field), field);
      }
    }
  }

  private static long step(ProcessCluster cluster, String id) throws Exception {
    return cluster.status(id).orElseThrow().path("step").asLong();
  }

  private static String build(ProcessCluster cluster, String worker) throws Exception {
    return cluster.registered().get(worker).required("build").asText();
  }
}
