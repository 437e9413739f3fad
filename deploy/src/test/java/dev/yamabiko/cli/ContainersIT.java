package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nodes in containers, each with a network address, a file system and a memory limit of its own:
 * what they train together has the bits of a single-node run in this JVM, whatever happens to the
 * containers: killed, paused, cut off from the network, started again.
 */
@EnabledIf(
    value = "dev.yamabiko.cli.ContainerCluster#engineAnswers",
    disabledReason = ContainerCluster.NO_ENGINE)
@Timeout(240)
class ContainersIT {

  /** What the workers call themselves: names of the network's choosing, and one's own. */
  private static final List<String> HOSTS = List.of("worker-1", "worker-2", "auto");

  private static final String JOB = ContainedJob.text(2, HOSTS.size());

  /** Long enough for something to happen in its middle. */
  private static final String LONG_JOB = ContainedJob.text(45, 2);

  /** Where faults fall: far from both ends of the long job's 315 steps. */
  private static final int STEP = 50;

  /** So many steps without a worker show that the run does without it. */
  private static final int STEPS_WITHOUT = 40;

  private static final Duration SOON = Duration.ofMinutes(2);
  private static final Duration ANSWER = Duration.ofSeconds(5);
  private static final Duration PAUSE = Duration.ofMillis(20);
  private static final String JOBS = "/api/v1/jobs";

  @TempDir private static Path directory;
  private static JsonNode singleNode;
  private static JsonNode longSingleNode;
  private static ContainerCluster cluster;

  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

  @BeforeAll
  static void prepare() throws Exception {
    ContainerCluster.buildImage();
    singleNode = ContainedJob.singleNode(directory, "short", JOB);
    longSingleNode = ContainedJob.singleNode(directory, "long", LONG_JOB);
    cluster = ContainerCluster.start("faults", 1, HOSTS);
  }

  @AfterAll
  static void end() {
    if (cluster != null) {
      cluster.close();
    }
  }

  @Test
  void shouldGiveBitsOfSingleNodeToWhoeverSubmits() throws Exception {
    String server = cluster.server().toString();
    assertSameRun(
        ContainedJob.run(
            directory, "submit", "short.conf", "--server", server, "--follow", "--json"));
  }

  @Test
  void shouldGiveBitsOfSingleNodeOverHttpAlone() throws Exception {
    String id = submit(JOB);
    HttpRequest events = request(JOBS + "/" + id + "/events").build();
    try (Stream<String> lines = http.send(events, HttpResponse.BodyHandlers.ofLines()).body()) {
      assertTrue(lines.filter(line -> line.startsWith("data:")).count() > 0);
    }
    assertSameRun(get(JOBS + "/" + id).orElseThrow());
    List<String> hosts = new ArrayList<>();
    get("/api/v1/workers")
        .orElseThrow()
        .path("workers")
        .forEach(worker -> hosts.add(worker.path("host").asText()));
    assertTrue(hosts.containsAll(List.of("worker-1", "worker-2")), hosts.toString());
    assertEquals(HOSTS.size(), hosts.size(), hosts.toString());
  }

  private static void assertSameRun(JsonNode result) {
    assertEquals(HOSTS.size(), result.path("workers").asInt(), result.toString());
    ContainedJob.assertSameRun(singleNode, result);
  }

  @Test
  void shouldLeaveInGoodOrderWhenAContainerIsStopped() throws Exception {
    await("/api/v1/workers", workers -> workers.path("workers").size() == HOSTS.size());
    String health = cluster.health(1);
    assertTrue(health.startsWith("HTTP/1.1 200 OK"), health);
    assertEquals(0, cluster.stop(1));
    await("/api/v1/workers", workers -> workers.path("workers").size() == HOSTS.size() - 1);
    cluster.startAgain(1);
    await("/api/v1/workers", workers -> workers.path("workers").size() == HOSTS.size());
  }

  // --- Faults -----------------------------------------------------------------------------------

  @Tag("soak")
  @Test
  void shouldGoOnWithoutAKilledContainer() throws Exception {
    String id = underWay();
    cluster.kill(0);
    goesOn(id);
    cluster.startAgain(0);
    assertSameBits(id);
  }

  @Test
  void shouldGoOnWithoutAPausedContainer() throws Exception {
    String id = underWay();
    cluster.pause(2);
    try {
      goesOn(id);
    } finally {
      cluster.unpause(2);
    }
    assertSameBits(id);
  }

  @Test
  void shouldGoOnWithoutAContainerThatIsCutOff() throws Exception {
    String id = underWay();
    cluster.disconnect(1);
    try {
      goesOn(id);
    } finally {
      cluster.connect(1);
    }
    assertSameBits(id);
  }

  @Tag("soak")
  @Test
  void shouldTakeUpItsJobsWhenTheCoordinatorIsStartedAgain() throws Exception {
    String id = underWay();
    cluster.restartCoordinator();
    assertSameBits(id);
  }

  /** A job that all workers take part in, as far as faults are to fall. */
  private String underWay() throws Exception {
    await("/api/v1/workers", workers -> workers.path("workers").size() == HOSTS.size());
    String id = submit(LONG_JOB);
    await(JOBS + "/" + id, job -> job.path("step").asInt() >= STEP);
    return id;
  }

  private void goesOn(String id) throws Exception {
    int now = await(JOBS + "/" + id, job -> true).path("step").asInt();
    JsonNode later = await(JOBS + "/" + id, job -> job.path("step").asInt() >= now + STEPS_WITHOUT);
    assertTrue(later.path("ended").isNull(), later.toString());
  }

  private void assertSameBits(String id) throws Exception {
    JsonNode end = await(JOBS + "/" + id, job -> !job.path("ended").isNull());
    ContainedJob.assertSameRun(longSingleNode, end);
  }

  // --- The API ----------------------------------------------------------------------------------

  private static HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(cluster.server().resolve(path));
  }

  /** Returns the job's id. */
  private String submit(String job) throws Exception {
    HttpRequest post =
        request(JOBS)
            .POST(HttpRequest.BodyPublishers.ofString(job))
            .header("Content-Type", "application/hocon")
            .build();
    HttpResponse<String> submitted = http.send(post, HttpResponse.BodyHandlers.ofString());
    assertEquals(201, submitted.statusCode(), submitted.body());
    return new ObjectMapper().readTree(submitted.body()).path("id").asText();
  }

  /** Empty while the coordinator does not answer. */
  private Optional<JsonNode> get(String path) throws InterruptedException {
    try {
      HttpResponse<String> answer =
          http.send(request(path).timeout(ANSWER).build(), HttpResponse.BodyHandlers.ofString());
      return answer.statusCode() == 200
          ? Optional.of(new ObjectMapper().readTree(answer.body()))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private JsonNode await(String path, Predicate<JsonNode> wanted) throws Exception {
    long deadline = System.nanoTime() + SOON.toNanos();
    String last = "never answered";
    while (System.nanoTime() < deadline) {
      Optional<JsonNode> answer = get(path);
      if (answer.filter(wanted).isPresent()) {
        return answer.get();
      }
      last = answer.map(JsonNode::toString).orElse(last);
      LockSupport.parkNanos(PAUSE.toNanos());
    }
    throw new AssertionError("waited too long for %s: %s".formatted(path, last));
  }
}
