package dev.yamabiko.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import akka.actor.typed.javadsl.AskPattern;
import dev.yamabiko.coordinator.CoordinatorCommand;
import dev.yamabiko.coordinator.CoordinatorNode;
import dev.yamabiko.coordinator.CoordinatorSettings;
import dev.yamabiko.coordinator.JobStatus;
import dev.yamabiko.coordinator.JobView;
import dev.yamabiko.job.Job;
import dev.yamabiko.job.JobFile;
import dev.yamabiko.worker.NodeSettings;
import dev.yamabiko.worker.WorkerNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A coordinator's and some workers' nodes in one JVM, over real sockets on loopback. */
@Timeout(180)
class ClusterTest {

  private static final Duration ANSWER = Duration.ofSeconds(20);

  private static final String JOB =
      """
      name = small
      data.train { builtin { name = digits, examples = 600 } }
      data.validation { builtin { name = digits, examples = 200, seed = 7 } }
      model = [
        { conv2d { filters = 8, kernel = 3 } }, relu, { max-pool { size = 2 } }, flatten,
        { dense { units = 64 } }, relu, { dense { units = 10 } }
      ]
      loss = softmax-cross-entropy
      optimizer { sgd { learning-rate = 0.1, momentum = 0.9 } }
      batch-size = 64
      shards = 8
      epochs = 2
      """;

  @TempDir private Path directory;
  private CoordinatorNode coordinator;
  private final List<WorkerNode> workers = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();

  @AfterEach
  void end() throws InterruptedException {
    workers.forEach(WorkerNode::leave);
    for (Thread thread : threads) {
      thread.join(30_000);
    }
    coordinator.close();
  }

  private void coordinator() throws Exception {
    coordinator =
        CoordinatorNode.start(
            new CoordinatorSettings(
                "127.0.0.1",
                0,
                0,
                0,
                directory.resolve("data"),
                List.of(),
                CoordinatorSettings.DEFAULT_UPLOAD_BYTES,
                CoordinatorSettings.DEFAULT_DATASET_BYTES,
                false));
  }

  private void worker(String name) {
    WorkerNode node =
        new WorkerNode(
            new NodeSettings(
                name,
                "127.0.0.1",
                coordinator.port(),
                "127.0.0.1",
                0,
                1,
                directory.resolve("cache-" + name),
                1L << 30));
    Thread thread = new Thread(node::run, "node-" + name);
    thread.start();
    workers.add(node);
    threads.add(thread);
  }

  private <T> T ask(
      akka.japi.function.Function<akka.actor.typed.ActorRef<T>, CoordinatorCommand> question) {
    return AskPattern.ask(coordinator.system(), question, ANSWER, coordinator.system().scheduler())
        .toCompletableFuture()
        .join();
  }

  private JobView finished(String id) throws InterruptedException {
    while (true) {
      JobView view =
          ask((akka.actor.typed.ActorRef<java.util.Optional<JobView>> to) ->
                  new CoordinatorCommand.GetJob(id, to))
              .orElseThrow();
      if (view.status().hasEnded()) {
        return view;
      }
      Thread.sleep(50);
    }
  }

  @Test
  void shouldGiveTheBitsOfOneNode() throws Exception {
    coordinator();
    worker("a");
    worker("b");
    Job job = JobFile.parse(JOB + "workers.min = 2", "small.conf", Path.of(""), List.of());
    JobView submitted =
        ask((akka.actor.typed.ActorRef<JobView> to) -> new CoordinatorCommand.SubmitJob(job, to));
    JobView view = finished(submitted.id());
    System.out.println(view.json());
    assertEquals(JobStatus.COMPLETED, view.status(), view.reason());
  }
}
