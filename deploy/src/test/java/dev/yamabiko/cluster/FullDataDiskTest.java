package dev.yamabiko.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.cli.OneNode;
import dev.yamabiko.cli.SmallDisk;
import dev.yamabiko.coordinator.JobEvent;
import dev.yamabiko.coordinator.JobStatus;
import dev.yamabiko.coordinator.JobView;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A coordinator whose data directory is full for a while. */
@Tag("cluster")
@Timeout(600)
class FullDataDiskTest {

  private static final String JOB =
      """
      name = long
      data.train { builtin { name = spirals, examples = 640 } }
      model = [ { dense { units = 240 } }, tanh, { dense { units = 3 } } ]
      loss = softmax-cross-entropy
      optimizer { sgd { learning-rate = 0.1, momentum = 0.9 } }
      batch-size = 32
      shards = 4
      epochs = 200
      checkpoint { every-steps = 50 }
      workers { min = 2, max = 2 }
      """;

  @TempDir private Path directory;

  private static String stateOf(Path data, String id) {
    try {
      return Files.readString(data.resolve("jobs").resolve(id).resolve("state.json"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> jobs(Path data) throws IOException {
    try (Stream<Path> jobs = Files.list(data.resolve("jobs"))) {
      return jobs.map(job -> job.getFileName().toString()).sorted().toList();
    }
  }

  @Tag("soak")
  @Test
  void shouldGoOnRefuseJobsAndCatchUpWhenThereIsRoom() throws Exception {
    String expected = OneNode.weights(JOB, Files.createDirectory(directory.resolve("one-node")));
    Path data = Files.createDirectory(directory.resolve("data"));
    try (SmallDisk disk = SmallDisk.mount(data, 8192);
        LocalCluster cluster = new LocalCluster(directory)) {
      cluster.join("a", "b");
      String id = cluster.submit(JOB);
      String queued = cluster.submit(JOB);
      BlockingQueue<JobEvent> events = cluster.follow(id);
      LocalCluster.await("some steps are taken", () -> cluster.view(id).step() > 100);
      disk.fill();
      LocalCluster.await("it is said", () -> cluster.view(id).warning().isPresent());
      JobView full = cluster.view(id);
      assertEquals(JobStatus.RUNNING, full.status());
      assertTrue(full.warning().get().contains("No space left on device; the run goes on"));
      assertTrue(full.json().contains("\"warning\":\"cannot write to "), full.json());

      AssertionError refused = assertThrows(AssertionError.class, () -> cluster.submit(JOB));
      assertTrue(refused.getMessage().contains("cannot be kept: No space left"), "it is refused");
      assertEquals(List.of(id, queued), jobs(data));
      cluster.cancel(queued);
      assertEquals(JobStatus.CANCELLED, cluster.view(queued).status());
      assertFalse(stateOf(data, queued).contains("cancelled"), "the disk has not taken it");

      disk.free();
      LocalCluster.await(
          "the disk has taken it", () -> stateOf(data, queued).contains("cancelled"));
      String said = "";
      while (!said.contains("can be written again")) {
        said = LocalCluster.next(events, "notice").json();
      }
      JobView end = cluster.finished(id);
      assertEquals(JobStatus.COMPLETED, end.status(), end.reason());
      assertEquals(expected, OneNode.weights(end.result().orElseThrow()));
    }
  }
}
