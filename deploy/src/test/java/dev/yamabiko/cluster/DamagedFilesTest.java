package dev.yamabiko.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.coordinator.CoordinatorCommand;
import dev.yamabiko.coordinator.JobEvent;
import dev.yamabiko.coordinator.JobStatus;
import dev.yamabiko.coordinator.JobView;
import dev.yamabiko.model.CanonicalJson;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Somebody damages what a cluster keeps on its disks between two runs. */
@Tag("cluster")
@Timeout(600)
class DamagedFilesTest {

  @TempDir private Path directory;

  @Test
  void shouldGiveTheSameBitsWhereTheCacheOfALiveWorkerWasDamaged() throws IOException {
    try (LocalCluster cluster = new LocalCluster(directory)) {
      cluster.join("w1");
      String job = SmallJob.of(1).text();
      Object expected = weights(cluster.finished(cluster.submit(job)));
      Path content = content();
      byte[] whole = Files.readAllBytes(content);
      try (FileChannel file = FileChannel.open(content, StandardOpenOption.WRITE)) {
        // Far behind the header: inputs of the training part.
        file.write(ByteBuffer.wrap(new byte[] {88, 88, 88, 88, 88, 88}), whole.length / 4);
      }
      assertEquals(expected, weights(cluster.finished(cluster.submit(job))));
      assertEquals(-1, Arrays.mismatch(whole, Files.readAllBytes(content)));
    }
  }

  @Test
  void shouldTellOfAHoleInTheMetricsAndGoOn() throws IOException {
    try (LocalCluster cluster = new LocalCluster(directory)) {
      cluster.join("w1");
      String id = cluster.submit(SmallJob.of(400).with("checkpoint { every-steps = 20 }").text());
      LocalCluster.await("there are checkpoints", () -> cluster.view(id).step() > 60);
      cluster.cancel(id);
      Path metrics = cluster.finished(id).directory().resolve("metrics.jsonl");
      Files.write(metrics, Arrays.copyOf(Files.readAllBytes(metrics), 200));
      assertEquals(CoordinatorCommand.Answer.DONE, cluster.resume(id));
      BlockingQueue<JobEvent> events = cluster.follow(id);
      String notice;
      do {
        notice = LocalCluster.next(events, "notice").json();
      } while (!notice.contains("metrics.jsonl is damaged: expected a line for each of the steps"));
      assertTrue(notice.contains("the first that of step 1;"), notice);
      cluster.cancel(id);
      assertEquals(JobStatus.CANCELLED, cluster.finished(id).status());
    }
  }

  private static Object weights(JobView view) {
    assertEquals(JobStatus.COMPLETED, view.status(), view.reason());
    return CanonicalJson.object(view.result().orElseThrow()).get("weights_sha256");
  }

  private Path content() throws IOException {
    try (Stream<Path> files = Files.list(directory.resolve("cache-w1"))) {
      return files
          .filter(file -> file.getFileName().toString().matches("[0-9a-f]{64}"))
          .findFirst()
          .orElseThrow();
    }
  }
}
