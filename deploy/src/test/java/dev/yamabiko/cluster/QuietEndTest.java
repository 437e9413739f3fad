package dev.yamabiko.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ch.qos.logback.classic.Level;
import dev.yamabiko.coordinator.JobStatus;
import dev.yamabiko.coordinator.JobView;
import dev.yamabiko.model.CanonicalJson;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Warnings are for trouble: a cluster that works and ends in good order gives none. */
@Tag("cluster")
@Timeout(600)
class QuietEndTest {

  private static final String JOB =
      """
      name = quiet
      data.train { builtin { name = spirals, examples = 60 } }
      model = [ { dense { units = 3 } } ]
      loss = softmax-cross-entropy
      optimizer = sgd
      batch-size = 16
      epochs = 2
      workers.min = 2
      """;

  @TempDir private Path directory;

  @Test
  void shouldWarnOfNothingWhenAllGoesWell() throws IOException {
    try (LogLines log = new LogLines()) {
      try (LocalCluster cluster = new LocalCluster(directory)) {
        cluster.join("a", "b");
        JobView done = cluster.finished(cluster.submit(JOB));
        assertEquals(JobStatus.COMPLETED, done.status());
        assertEquals(List.of("a", "b"), CanonicalJson.object(done.json()).get("worker_names"));
        cluster.leave("a");
        LocalCluster.await("the other is left", () -> cluster.workers().size() == 1);
      }
      assertEquals(List.of(), log.from(Level.WARN, ""));
    }
  }
}
