package dev.yamabiko.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import dev.yamabiko.cli.OneNode;
import dev.yamabiko.coordinator.CoordinatorCommand;
import dev.yamabiko.coordinator.JobEvent;
import dev.yamabiko.coordinator.JobStatus;
import dev.yamabiko.coordinator.JobView;
import dev.yamabiko.protocol.WorkerHello;
import dev.yamabiko.wire.MessageTable;
import dev.yamabiko.worker.StrangeNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Four workers on one coordinator, against what one node gives for the same jobs. */
@Tag("cluster")
@Timeout(600)
class ClusterTest {

  private static final String DIGITS =
      """
      name = digits
      data.train { builtin { name = digits, examples = 400 } }
      data.validation { builtin { name = digits, examples = 100, seed = 7 } }
      model = [
        { conv2d { filters = 8, kernel = 3 } }, relu, { max-pool { size = 2 } }, flatten,
        { dense { units = 32 } }, relu, { dense { units = 10 } }
      ]
      loss = softmax-cross-entropy
      optimizer { sgd { learning-rate = 0.1, momentum = 0.9 } }
      batch-size = 64
      shards = 8
      epochs = 2
      """;

  /** Many short steps: something else can happen meanwhile. */
  private static final String LONG =
      """
      name = long
      data.train { builtin { name = spirals, examples = 640 } }
      model = [ { dense { units = 24 } }, tanh, { dense { units = 3 } } ]
      loss = softmax-cross-entropy
      optimizer { sgd { learning-rate = 0.1, momentum = 0.9 } }
      batch-size = 32
      shards = 4
      epochs = 60
      """;

  /** Steps much longer than a message travels, and enough of them for a fast machine. */
  private static final String SLOW =
      """
      name = slow
      data.train { builtin { name = digits, examples = 1000 } }
      model = [
        { conv2d { filters = 16, kernel = 3 } }, relu, { max-pool { size = 2 } }, flatten,
        { dense { units = 64 } }, relu, { dense { units = 10 } }
      ]
      loss = softmax-cross-entropy
      optimizer { sgd { learning-rate = 0.05, momentum = 0.9 } }
      batch-size = 500
      shards = 8
      epochs = 12
      """;

  @TempDir private static Path directory;
  private static final Map<String, String> EXPECTED = new LinkedHashMap<>();
  private static LocalCluster cluster;

  @BeforeAll
  static void start() throws IOException {
    cluster = new LocalCluster(directory);
    cluster.join("a", "b", "c", "d");
  }

  @AfterAll
  static void end() {
    cluster.close();
  }

  /** What one node gives; computed once for each job. */
  private static String expected(String job) throws IOException {
    if (!EXPECTED.containsKey(job)) {
      Path run = Files.createDirectory(directory.resolve("one-node-" + EXPECTED.size()));
      EXPECTED.put(job, OneNode.weights(job, run));
    }
    return EXPECTED.get(job);
  }

  private static String on(int workers, String job) {
    return job + "workers { min = %d, max = %d }\n".formatted(workers, workers);
  }

  private static void assertBitsOfOneNode(String job, JobView view) throws IOException {
    assertEquals(JobStatus.COMPLETED, view.status(), view.reason());
    assertEquals(expected(job), OneNode.weights(view.result().orElseThrow()));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void shouldGiveTheBitsOfOneNodeWhateverTheNumberOfWorkers(int workers) throws IOException {
    String everything = Files.readString(Path.of("src/test/resources/jobs/everything.conf"));
    String rounded = everything + "communication { gradients = bfloat16, weights = bfloat16 }\n";
    for (String job : List.of(DIGITS, everything, rounded)) {
      JobView view = cluster.finished(cluster.submit(on(workers, job)));
      assertBitsOfOneNode(job, view);
    }
  }

  @Test
  void shouldRunTwoJobsSideBySide() throws IOException {
    String one = cluster.submit(on(2, LONG));
    String other = cluster.submit(on(2, DIGITS));
    LocalCluster.next(cluster.follow(one), "step");
    LocalCluster.next(cluster.follow(other), "step");
    assertEquals(JobStatus.RUNNING, cluster.view(one).status());
    assertBitsOfOneNode(DIGITS, cluster.finished(other));
    assertBitsOfOneNode(LONG, cluster.finished(one));
  }

  @Test
  void shouldFreeWorkersOfCancelledJobAndGoOnToTheSameBits() throws IOException {
    String id = cluster.submit(on(4, SLOW));
    BlockingQueue<JobEvent> events = cluster.follow(id);
    for (int i = 0; i < 2; i++) {
      LocalCluster.next(events, "step");
    }
    assertEquals(CoordinatorCommand.Answer.DONE, cluster.cancel(id));
    long steps = cluster.view(id).step();
    JobView cancelled = cluster.finished(id);
    assertEquals(JobStatus.CANCELLED, cancelled.status());
    assertTrue(cancelled.step() <= steps + 2, cancelled.step() + " steps, were " + steps);
    assertTrue(cluster.workers().stream().allMatch(worker -> worker.job().isEmpty()));
    assertEquals(CoordinatorCommand.Answer.DONE, cluster.resume(id));
    assertBitsOfOneNode(SLOW, cluster.finished(id));
  }

  private static WorkerHello hello(
      WorkerHello real, int version, List<String> table, String fingerprint) {
    return new WorkerHello(
        version, table, fingerprint, real.worker(), real.host(), real.threads(), real.heapBytes());
  }

  @Test
  void shouldRefuseStrangersWhileJobRuns() throws IOException {
    int own = MessageTable.PROTOCOL_VERSION;
    Map<String, UnaryOperator<WorkerHello>> strangers = new LinkedHashMap<>();
    strangers.put("version", h -> hello(h, 99, h.messageTable(), h.fingerprint()));
    strangers.put("table", h -> hello(h, own, List.of("20 other.Class"), h.fingerprint()));
    strangers.put("bits", h -> hello(h, own, h.messageTable(), "0123456789abcdef"));
    Map<String, String> reasons =
        Map.of(
            "version", "protocol version " + own + " here, 99 there",
            "table", "message table differs: \"20 dev.yamabiko.protocol.WorkerHello(",
            "bits", "its kernels give other bits than the coordinator's");
    String id = cluster.submit(on(4, LONG));
    LocalCluster.next(cluster.follow(id), "step");
    try (LogLines log = new LogLines()) {
      Map<String, CompletableFuture<Optional<String>>> ends = new LinkedHashMap<>();
      strangers.forEach(
          (name, hello) ->
              ends.put(
                  name,
                  CompletableFuture.supplyAsync(
                      () -> StrangeNode.of(cluster.settings(name), hello).run())));
      ends.forEach(
          (name, end) -> {
            String why = end.join().orElseThrow();
            assertTrue(why.startsWith(reasons.get(name)), why);
            assertSaidOnce(log.from(Level.WARN, "dev.yamabiko.coordinator."), name, why);
            assertSaidOnce(log.from(Level.WARN, "dev.yamabiko.worker."), name, why);
          });
    }
    assertEquals(4, cluster.workers().size());
    assertBitsOfOneNode(LONG, cluster.finished(id));
  }

  private static void assertSaidOnce(List<String> lines, String worker, String why) {
    List<String> about = lines.stream().filter(line -> line.contains("worker=" + worker)).toList();
    assertEquals(1, about.size(), lines.toString());
    assertTrue(about.get(0).endsWith(why), about.toString());
  }

  @Test
  void shouldPayNoHeedToNoiseOnItsPorts() throws IOException {
    String id = cluster.submit(on(4, LONG));
    LocalCluster.next(cluster.follow(id), "step");
    CompletableFuture<JobView> end = CompletableFuture.supplyAsync(() -> cluster.finished(id));
    List<Integer> ports = List.of(cluster.coordinator().port(), cluster.coordinator().bulkPort());
    List<Noise> sent = new ArrayList<>();
    do {
      for (int port : ports) {
        for (Noise noise : Noise.values()) {
          noise.sendTo(LocalCluster.HOST, port, sent.size());
          sent.add(noise);
        }
      }
    } while (!end.isDone() && sent.size() < 200);
    assertBitsOfOneNode(LONG, end.join());
    assertEquals(4, cluster.workers().size());
  }
}
