package dev.yamabiko.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yamabiko.coordinator.JobView;
import dev.yamabiko.model.CanonicalJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who has computed a part of a run is the same, whether one asks its files or the coordinator. */
@Tag("cluster")
@Timeout(600)
class ContributorsClusterTest {

  private static final String ENDLESS =
      """
      name = endless
      data.train { builtin { name = spirals, examples = 600 } }
      model = [ { dense { units = 3 } } ]
      loss = softmax-cross-entropy
      optimizer = sgd
      batch-size = 60
      shards = 2
      epochs = 1000000
      """;

  @TempDir private Path directory;

  @Test
  void shouldCountAWorkerThatHasJoinedLate() throws IOException {
    try (LocalCluster cluster = new LocalCluster(directory)) {
      cluster.join("a");
      String id = cluster.submit(ENDLESS);
      LocalCluster.next(cluster.follow(id), "step");
      cluster.join("b");
      LocalCluster.await(
          "the other computes, too",
          () -> cluster.workers().stream().allMatch(worker -> worker.samplesPerSecond() > 0));
      cluster.cancel(id);
      JobView ended = cluster.finished(id);
      Map<String, Object> status = CanonicalJson.object(ended.json());
      assertEquals(List.of("a", "b"), status.get("worker_names"));
      assertEquals(2, status.get("workers"));
      Path result = ended.directory().resolve("result.json");
      assertEquals(2, CanonicalJson.object(Files.readString(result)).get("workers"));
    }
  }
}
