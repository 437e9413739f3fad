package dev.yamabiko.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.cli.EventRecords;
import dev.yamabiko.cli.OneNode;
import dev.yamabiko.coordinator.CoordinatorCommand;
import dev.yamabiko.coordinator.JobEvent;
import dev.yamabiko.coordinator.JobStatus;
import dev.yamabiko.coordinator.JobView;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Slices on two nodes of their own, against what one node gives for the same jobs. */
@Tag("cluster")
@Timeout(600)
class ParametersClusterTest {

  @TempDir private Path directory;
  private LocalCluster cluster;
  private int nodes;

  @BeforeEach
  void start() throws IOException {
    cluster = new LocalCluster(directory);
    cluster.join("a", "b");
    cluster.joinParameters("p", "q");
  }

  @AfterEach
  void end() {
    cluster.close();
  }

  private void assertBitsOfOneNode(String job, JobView view) throws IOException {
    assertEquals(JobStatus.COMPLETED, view.status(), view.reason());
    Path alone = Files.createDirectory(directory.resolve("one-node-" + nodes++));
    assertEquals(OneNode.weights(job, alone), OneNode.weights(view.result().orElseThrow()));
  }

  @Test
  void shouldGiveTheBitsOfOneNode() throws IOException {
    String everything = Files.readString(Path.of("src/test/resources/jobs/everything.conf"));
    for (String job : List.of(SmallJob.of(2).text(), everything)) {
      assertBitsOfOneNode(job, cluster.finished(cluster.submit(job)));
    }
    assertHistogramsOfOneNode(
        everything
            + "communication { gradients = bfloat16, weights = bfloat16 }\n"
            + "tensorboard.histograms { every-steps = 2, gradients = true }\n");
  }

  /** Of which some are due where a checkpoint is, and some are not. */
  private void assertHistogramsOfOneNode(String job) throws IOException {
    JobView view = cluster.finished(cluster.submit(job));
    Path alone = directory.resolve("one-node-" + nodes).resolve("run");
    assertBitsOfOneNode(job, view);
    EventRecords.Page there = EventRecords.page(view.directory());
    assertTrue(there.histograms().containsKey("gradients/0.weight"), there.toString());
    assertEquals(EventRecords.page(alone).histograms(), there.histograms());
  }

  @Test
  void shouldReturnToTheLastCheckpointWheneverAnOwnerLeaves() throws IOException {
    SmallJob job = SmallJob.of(10).with("checkpoint.every-steps = 30");
    String id = cluster.submit(job.text());
    BlockingQueue<JobEvent> events = cluster.follow(id);
    awaitStep(events, 40);
    cluster.leaveParameters("p");
    awaitNotice(events, "parameters node p ", "all slices return to step ");
    awaitStep(events, 100);
    cluster.leaveParameters("q");
    awaitNotice(events, "parameters node q ", "all slices return to step ");
    assertBitsOfOneNode(job.text(), cluster.finished(id));
  }

  private static void awaitStep(BlockingQueue<JobEvent> events, long step) {
    String wanted = "\"step\":%d,".formatted(step);
    while (!LocalCluster.next(events, "step").json().contains(wanted)) {
      // not yet
    }
  }

  private static void awaitNotice(BlockingQueue<JobEvent> events, String... parts) {
    JobEvent notice = LocalCluster.next(events, "notice");
    while (!List.of(parts).stream().allMatch(notice.json()::contains)) {
      notice = LocalCluster.next(events, "notice");
    }
  }

  @Tag("slow")
  @Test
  void shouldGoOnToTheSameBitsAfterACancel() throws IOException {
    String job = SmallJob.of(6).text();
    String id = cluster.submit(job);
    awaitStep(cluster.follow(id), 30);
    assertEquals(CoordinatorCommand.Answer.DONE, cluster.cancel(id));
    JobView cancelled = cluster.finished(id);
    assertEquals(JobStatus.CANCELLED, cancelled.status(), cancelled.reason());
    assertTrue(cancelled.step() >= 30, cancelled.step() + " steps");
    assertEquals(CoordinatorCommand.Answer.DONE, cluster.resume(id));
    assertBitsOfOneNode(job, cluster.finished(id));
  }

  /** Goes back twice, and ends with the weights of an epoch before the last. */
  @Test
  void shouldRollBackToTheBitsOfOneNode() throws IOException {
    String job =
        """
        name = diverging, seed = 3
        data.train.builtin { name = sine, examples = 150, seed = 4 }
        data.validation.builtin { name = sine, examples = 40, seed = 5 }
        model = [ { dense { units = 9000 } }, { dense { units = 1 } } ]
        loss = half-squared-error
        optimizer { sgd { learning-rate = 0.02 } }
        batch-size = 16, shards = 4, epochs = 6
        checkpoint { every-steps = 4, best = validation-rmse }
        on-divergence { rollback { factor = 0.02 } }
        """;
    JobView view = cluster.finished(cluster.submit(job));
    assertTrue(view.result().orElse("").contains("\"rollbacks\":2"), view.toString());
    assertBitsOfOneNode(job, view);
  }

  @Tag("slow")
  @Test
  void shouldOwnSlicesOfTwoJobsAtATime() throws IOException {
    String one = SmallJob.of(3).with("workers.max = 1").text();
    String other = SmallJob.of(2).with("workers.max = 1\nseed = 5").text();
    String first = cluster.submit(one);
    String second = cluster.submit(other);
    awaitStep(cluster.follow(second), 5);
    assertEquals(JobStatus.RUNNING, cluster.view(first).status());
    assertBitsOfOneNode(other, cluster.finished(second));
    assertBitsOfOneNode(one, cluster.finished(first));
  }
}
