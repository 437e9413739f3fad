package dev.yamabiko.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.coordinator.JobStatus;
import dev.yamabiko.coordinator.JobView;
import dev.yamabiko.worker.MisreadingNode;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One of two workers reads other samples than the sampler draws. */
@Tag("cluster")
@Timeout(600)
class MisreadingWorkerTest {

  @TempDir private Path directory;

  @Test
  void shouldFailBeforeTheFirstStepClosesAndNameTheWorker() throws IOException {
    try (LocalCluster cluster = new LocalCluster(directory)) {
      cluster.join("right");
      cluster.join("wrong", MisreadingNode.of(cluster.settings("wrong")));
      String job = SmallJob.of(1).with("workers { min = 2, max = 2 }").text();
      JobView view = cluster.finished(cluster.submit(job));
      assertEquals(JobStatus.FAILED, view.status());
      String start = "worker wrong read the wrong samples: expected shards ";
      assertTrue(view.reason().startsWith(start), view.reason());
      assertTrue(view.reason().contains(" of step 0 "), view.reason());
      assertEquals(0, view.step());
    }
  }
}
