package dev.yamabiko.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.yamabiko.cli.Jvms;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Workers and coordinators as processes, killed, stopped and told to end in the middle of a run:
 * each run ends with the bits of one that nobody touched, on one node. One cluster serves all
 * tests; each says which workers it wants at its beginning.
 */
@Tag("cluster")
@Timeout(600)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClusterFaultsTest {

  /** Steps after a fault among which the longest pause is looked for. */
  private static final int AFTER = 60;

  /** No promise, only that it is not a deadline that ends the pause. */
  private static final Duration MOST = Duration.ofSeconds(30);

  /** Bytes that only some steps' contributions bring about. */
  private static final long GRADIENTS = 1_000_000;

  private static final SmallJob JOB = SmallJob.of(20);
  private static final SmallJob ENDLESS = SmallJob.of(10_000);

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private static Path directory;

  private final Map<String, JsonNode> expected = new HashMap<>();
  private ProcessCluster cluster;

  @BeforeAll
  void start() throws Exception {
    cluster = new ProcessCluster(directory);
    cluster.startCoordinator();
  }

  @AfterAll
  void end() {
    cluster.close();
  }

  private JsonNode alone(SmallJob job) throws Exception {
    String text = new SmallJob(job.epochs(), "").text();
    if (!expected.containsKey(text)) {
      expected.put(text, cluster.alone(text));
    }
    return expected.get(text);
  }

  private void assertSameAsAlone(SmallJob job, String id) throws Exception {
    JsonNode alone = alone(job);
    JsonNode end = cluster.completed(id);
    for (String field : SmallJob.RESULTS) {
      assertEquals(alone.path(field), end.path(field), () -> field + cluster.evidence());
    }
  }

  /** Of a job without an end, what it has done until now. */
  private void assertSameAsAloneWhenCancelled(String id) throws Exception {
    cluster.cancel(id);
    JsonNode end = cluster.await(id, "at its end", now -> !now.path("ended").isNull());
    assertEquals("cancelled", end.path("status").asText(), end::toString);
    List<String> lines = cluster.metrics(end);
    SmallJob asLong = SmallJob.of(end.path("steps").asInt() / ENDLESS.stepsPerEpoch() + 1);
    List<String> undisturbed = cluster.metrics(cluster.alone(asLong.text()));
    assertEquals(undisturbed.subList(0, lines.size()), lines, cluster::evidence);
  }

  private JobWatch.Event atStep(JobWatch watch, long step) throws Exception {
    return cluster.await(watch, "step " + step, event -> event.isStepFrom(step));
  }

  private void pauseAfter(JobWatch watch, long since, String fault) throws Exception {
    JobWatch.Event next =
        cluster.await(watch, "the next step", e -> e.isStepFrom(0) && e.nanos() > since);
    long last = Math.min(next.data().path("step").asLong() + AFTER, JOB.steps() - 1);
    atStep(watch, last);
    Duration pause = watch.longestPause(since, AFTER);
    System.out.printf("%s: longest pause between steps %d ms%n", fault, pause.toMillis());
    assertTrue(pause.compareTo(MOST) < 0, () -> pause + cluster.evidence());
  }

  /** Whether the worker has sent some gradients that it had not sent before. */
  private boolean sentSince(Map<String, JsonNode> before, String worker) throws Exception {
    JsonNode now = cluster.registered().get(worker);
    JsonNode then = before.get(worker);
    boolean same = then != null && now != null && registered(then).equals(registered(now));
    long least = (same ? then.path("bytes_up").asLong() : 0) + GRADIENTS;
    return now != null && now.path("bytes_up").asLong() > least;
  }

  /** Each start of a node is another registration, which counts from 0. */
  private static String registered(JsonNode worker) {
    return worker.path("registered").asText();
  }

  @Tag("slow")
  @Test
  void shouldGiveTheSameBitsWhenAWorkerIsKilled() throws Exception {
    cluster.haveWorkers("a", "b", "c");
    String id = cluster.submit(JOB.text());
    JobWatch watch = cluster.watch(id);
    atStep(watch, 150);
    long killed = System.nanoTime();
    cluster.worker("b").kill();
    pauseAfter(watch, killed, "kill");
    assertSameAsAlone(JOB, id);
  }

  @Test
  void shouldGiveTheSameBitsWhenTheOwnerOfTheSlicesIsKilled() throws Exception {
    cluster.haveWorkers("a", "b");
    NodeProcess owner = cluster.startParameters("p");
    SmallJob job = JOB.with("checkpoint.every-steps = 70");
    String id = cluster.submit(job.text());
    JobWatch watch = cluster.watch(id);
    atStep(watch, 150);
    owner.kill();
    cluster.await(
        watch,
        "the slices to return",
        event -> event.isNotice("parameters node p") && event.isNotice("all slices return"));
    assertSameAsAlone(job, id);
    assertEquals(cluster.metrics(alone(job)), cluster.metrics(cluster.completed(id)));
    // The slices return sooner than the cluster gives a node up.
    cluster.await("the node to be given up", () -> cluster.parameters().isEmpty());
  }

  @Tag("soak")
  @Test
  void shouldHandOverAtOnceWhenAWorkerIsToldToEnd() throws Exception {
    cluster.haveWorkers("a", "b", "c");
    String id = cluster.submit(JOB.text());
    JobWatch watch = cluster.watch(id);
    atStep(watch, 150);
    long told = System.nanoTime();
    NodeProcess worker = cluster.worker("c");
    worker.terminate();
    pauseAfter(watch, told, "terminate");
    Jvms.Finished finished = worker.finish();
    assertEquals(0, finished.exitCode(), finished.err());
    assertSameAsAlone(JOB, id);
  }

  /** The last epoch's validation is long; what the worker had of it is measured by the others. */
  @Tag("soak")
  @Test
  void shouldEvaluateTheSameWhenAWorkerIsKilledMeanwhile() throws Exception {
    cluster.haveWorkers("a", "b", "c");
    SmallJob job = SmallJob.of(1).with("data.validation.builtin.examples = 30000");
    JsonNode alone = cluster.alone(job.text());
    String id = cluster.submit(job.text());
    JobWatch watch = cluster.watch(id);
    atStep(watch, job.steps() - 1);
    cluster.worker("c").kill();
    long killed = System.nanoTime();
    JobWatch.Event epoch =
        cluster.await(watch, "the epoch's end", event -> event.kind().equals("epoch"));
    assertTrue(epoch.nanos() > killed, "the evaluation was over before");
    JsonNode end = cluster.completed(id);
    assertEquals(30_000, end.path("evaluation").path("examples").asInt());
    assertEquals(alone.path("evaluation"), end.path("evaluation"), cluster::evidence);
    assertEquals(alone.path("weights_sha256"), end.path("weights_sha256"));
  }

  @Tag("soak")
  @Test
  void shouldWaitForWorkersWhenAllAreKilled() throws Exception {
    cluster.haveWorkers("a", "b");
    String id = cluster.submit(JOB.text());
    JobWatch watch = cluster.watch(id);
    atStep(watch, 150);
    cluster.worker("a").kill();
    cluster.worker("b").kill();
    JsonNode waiting =
        cluster.await(id, "waiting", status -> status.path("status").asText().equals("waiting"));
    assertTrue(waiting.path("reason").asText().contains("workers"), waiting::toString);
    cluster.startWorker("d");
    cluster.startWorker("e");
    cluster.await(id, "running", status -> status.path("status").asText().equals("running"));
    assertSameAsAlone(JOB, id);
  }

  @Tag("soak")
  @Test
  void shouldWaitWhenThereAreFewerWorkersThanTheJobWants() throws Exception {
    cluster.haveWorkers("a");
    String id = cluster.submit(JOB.with("workers.min = 2").text());
    JsonNode queued = cluster.status(id).orElseThrow();
    assertEquals("waiting", queued.path("status").asText());
    cluster.startWorker("b");
    JobWatch watch = cluster.watch(id);
    atStep(watch, 150);
    cluster.worker("b").kill();
    JsonNode waiting =
        cluster.await(id, "waiting", status -> status.path("status").asText().equals("waiting"));
    assertTrue(waiting.path("reason").asText().contains("1 of at least 2"), waiting::toString);
    cluster.startWorker("c");
    assertSameAsAlone(JOB, id);
  }

  /** However long b takes to start, the job is not over before; it ends when b has had its part. */
  @Tag("soak")
  @Test
  void shouldGiveShardsToAWorkerThatJoinsInTheMiddle() throws Exception {
    cluster.haveWorkers("a");
    String id = cluster.submit(ENDLESS.text());
    JobWatch watch = cluster.watch(id);
    atStep(watch, 20);
    cluster.startWorker("b");
    cluster.await(watch, "b to join", event -> event.isNotice("worker b joined"));
    cluster.await("b to send gradients", () -> sentSince(Map.of(), "b"));
    JsonNode status = cluster.status(id).orElseThrow();
    assertEquals("running", status.path("status").asText());
    assertEquals(2, status.path("workers").asInt());
    assertSameAsAloneWhenCancelled(id);
  }

  @Tag("soak")
  @Test
  void shouldGoOnWithoutAStoppedWorkerAndTakeItBack() throws Exception {
    cluster.haveWorkers("a", "b", "c");
    String id = cluster.submit(ENDLESS.text());
    JobWatch watch = cluster.watch(id);
    atStep(watch, 150);
    long stopped = System.nanoTime();
    NodeProcess worker = cluster.worker("b");
    Map<String, JsonNode> before;
    worker.stop();
    try {
      pauseAfter(watch, stopped, "stop");
      cluster.await("15 s to pass", () -> System.nanoTime() - stopped > 15_000_000_000L);
      before = cluster.registered();
    } finally {
      worker.goOn();
    }
    cluster.await("b to send gradients again", () -> sentSince(before, "b"));
    assertEquals("running", cluster.status(id).orElseThrow().path("status").asText());
    assertSameAsAloneWhenCancelled(id);
    assertTrue(worker.isAlive());
  }

  @Tag("slow")
  @Test
  void shouldGoOnByItselfWhenTheCoordinatorIsKilledAndStartedAgain() throws Exception {
    cluster.haveWorkers("a", "b");
    SmallJob job = JOB.with("checkpoint.every-steps = 50");
    Path file = Files.writeString(directory.resolve("job.conf"), job.text());
    NodeProcess follower =
        cluster.start(
            "submit", "submit", file.toString(), "--server", cluster.url(), "--follow", "--json");
    String[] id = {""};
    cluster.await(
        "the job to be at step 170",
        () -> {
          id[0] = cluster.busyWith().orElse("");
          return !id[0].isEmpty()
              && cluster.status(id[0]).filter(s -> s.path("step").asLong() > 170).isPresent();
        });
    long killed = System.nanoTime();
    cluster.coordinator().kill();
    cluster.startCoordinator();
    System.out.printf(
        "coordinator ready again after %d ms%n", (System.nanoTime() - killed) / 1_000_000);
    atStep(cluster.watch(id[0]), 0);
    System.out.printf("next step after %d ms%n", (System.nanoTime() - killed) / 1_000_000);
    assertSameAsAlone(JOB, id[0]);
    Jvms.Finished finished = follower.finish();
    assertEquals(0, finished.exitCode(), finished.err());
    String hash = alone(JOB).path("weights_sha256").asText();
    assertTrue(finished.lastLine().contains(hash), finished.lastLine());
    List<String> undisturbed = cluster.metrics(alone(JOB));
    assertEquals(undisturbed, cluster.metrics(cluster.completed(id[0])));
  }
}
