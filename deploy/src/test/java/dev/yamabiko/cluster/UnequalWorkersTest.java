package dev.yamabiko.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.cli.OneNode;
import dev.yamabiko.coordinator.JobEvent;
import dev.yamabiko.coordinator.JobStatus;
import dev.yamabiko.coordinator.JobView;
import dev.yamabiko.worker.PacedNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two workers, one of which needs far longer for every example. */
@Tag("cluster")
@Timeout(600)
class UnequalWorkersTest {

  private static final int EXAMPLES = 640;
  private static final long SLOW_NANOS = 2_000_000;

  /** Leases after the first eight steps are cut by measured speeds: from the second epoch on. */
  private static final String JOB =
      """
      name = unequal
      data.train { builtin { name = spirals, examples = 640 } }
      model = [ { dense { units = 24 } }, tanh, { dense { units = 3 } } ]
      loss = softmax-cross-entropy
      optimizer { sgd { learning-rate = 0.1, momentum = 0.9 } }
      batch-size = 32
      shards = 8
      epochs = 8
      """;

  @TempDir private Path directory;

  @Test
  void shouldGiveTheSlowerWorkerFewerShardsAndTheSameBits() throws IOException {
    LongAdder slow = new LongAdder();
    LongAdder fast = new LongAdder();
    try (LocalCluster cluster = new LocalCluster(directory.resolve("cluster"))) {
      cluster.join("slow", PacedNode.of(cluster.settings("slow"), SLOW_NANOS, slow));
      cluster.join("fast", PacedNode.of(cluster.settings("fast"), 0, fast));
      String id = cluster.submit(JOB + "workers { min = 2, max = 2 }\n");
      BlockingQueue<JobEvent> events = cluster.follow(id);
      LocalCluster.next(events, "epoch");
      LocalCluster.next(events, "epoch");
      long slowBefore = slow.sum();
      long fastBefore = fast.sum();
      JobView view = cluster.finished(id);
      assertEquals(JobStatus.COMPLETED, view.status(), view.reason());
      long slowExamples = slow.sum() - slowBefore;
      long fastExamples = fast.sum() - fastBefore;
      assertTrue(
          slowExamples < fastExamples / 2 && fastExamples > EXAMPLES / 2,
          "after two epochs of %d examples each the slow worker read %d, the fast one %d"
              .formatted(EXAMPLES, slowExamples, fastExamples));
      Path oneNode = Files.createDirectory(directory.resolve("one"));
      assertEquals(OneNode.weights(JOB, oneNode), OneNode.weights(view.result().orElseThrow()));
    }
  }
}
