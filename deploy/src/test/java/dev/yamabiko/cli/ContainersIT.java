package dev.yamabiko.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.yamabiko.cluster.PlainTextProbe;
import dev.yamabiko.coordinator.access.Token;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.containers.Container;

/**
 * Nodes in containers, each with a network address, a file system and a memory limit of its own,
 * with certificates between them and tokens for users: what they train together has the bits of a
 * single-node run in this JVM, whatever happens to the containers: killed, paused, cut off from the
 * network, started again. Nobody else is let in.
 */
@EnabledIf(
    value = "dev.yamabiko.cli.ContainerCluster#engineAnswers",
    disabledReason = ContainerCluster.NO_ENGINE)
@Timeout(600)
class ContainersIT {

  /** What the workers call themselves: names of the network's choosing, and one's own. */
  private static final List<String> HOSTS = List.of("worker-1", "worker-2", "auto");

  private static final String JOB = ContainedJob.text(2, HOSTS.size());

  /** Long enough for something to happen in its middle. */
  private static final String LONG_JOB = ContainedJob.text(30, 2);

  /** Where faults fall: far from both ends of the long job's 210 steps. */
  private static final int STEP = 50;

  /** So many steps without a worker show that the run does without it. */
  private static final int STEPS_WITHOUT = 40;

  private static final long MOST_IMAGE_BYTES = 200_000_000;

  private static final Duration SOON = Duration.ofMinutes(4);
  private static final Duration PAUSE = Duration.ofMillis(20);
  private static final String JOBS = ContainedApi.JOBS;
  private static final String WORKERS = ContainedApi.WORKERS;

  @TempDir private static Path directory;
  private static JsonNode singleNode;
  private static JsonNode longSingleNode;
  private static ContainerCluster cluster;
  private static ContainedApi api;

  @BeforeAll
  static void prepare() throws Exception {
    ContainerCluster.buildImage();
    singleNode = ContainedJob.singleNode(directory, "short", JOB);
    longSingleNode = ContainedJob.singleNode(directory, "long", LONG_JOB);
    cluster = ContainerCluster.start("faults", directory, 1, HOSTS);
    api = new ContainedApi(cluster::server, cluster.secrets(), cluster.secrets().token());
  }

  @AfterAll
  static void end() {
    if (cluster != null) {
      cluster.close();
    }
  }

  @Test
  void shouldHaveASmallImage() {
    long bytes = ContainerCluster.imageBytes();
    assertTrue(
        bytes <= MOST_IMAGE_BYTES,
        () ->
            "expected at most %,d bytes in the image but got %,d; docker history tells its layers"
                .formatted(MOST_IMAGE_BYTES, bytes));
  }

  @Test
  void shouldMakeCertificates() throws Exception {
    Container.ExecResult made = cluster.run(0, "certs", "--node", "other", "--out", "/tmp/certs");
    assertEquals(0, made.getExitCode(), made.toString());
    assertTrue(made.getStdout().contains("/tmp/certs/other"), made.getStdout());
  }

  @Test
  void shouldGiveBitsOfSingleNodeToWhoeverSubmits() throws Exception {
    assertSameRun(
        ContainedJob.run(
            directory,
            "submit",
            "short.conf",
            "--server",
            cluster.server().toString(),
            "--ca",
            cluster.secrets().certificate().toString(),
            "--token-file",
            cluster.secrets().tokenFile().toString(),
            "--follow",
            "--json"));
  }

  @Test
  void shouldGiveBitsOfSingleNodeOverHttpAlone() throws Exception {
    String id = api.submit(JOB);
    HttpRequest events = api.request(JOBS + "/" + id + "/events").build();
    try (Stream<String> lines = api.send(events, HttpResponse.BodyHandlers.ofLines()).body()) {
      assertTrue(lines.filter(line -> line.startsWith("data:")).count() > 0);
    }
    assertSameRun(api.get(JOBS + "/" + id).orElseThrow());
    List<String> hosts = new ArrayList<>();
    api.get(WORKERS)
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
    api.await(WORKERS, workers -> workers.path("workers").size() == HOSTS.size());
    String health = cluster.health(1);
    assertTrue(health.startsWith("HTTP/1.1 200 OK"), health);
    assertEquals(0, cluster.stop(1));
    api.await(WORKERS, workers -> workers.path("workers").size() == HOSTS.size() - 1);
    cluster.startAgain(1);
    api.await(WORKERS, workers -> workers.path("workers").size() == HOSTS.size());
  }

  // --- Strangers --------------------------------------------------------------------------------

  @Test
  void shouldLetInNoNodeButItsOwn() throws Exception {
    api.await(WORKERS, workers -> workers.path("workers").size() == HOSTS.size());
    try {
      cluster.startStranger("plain", "--insecure");
      cluster.startStranger("theirs", "--tls", ContainerSecrets.THEIRS);
      cluster.startStranger("expired", "--tls", ContainerSecrets.EXPIRED);
      assertSays(
          "expired", "/run/secrets/expired/tls.crt: the certificate CN=expired has expired on ");
      assertEquals(2, cluster.exitCode("expired"), cluster.log("expired"));
      assertSays(
          "plain",
          "waiting for the coordinator at coordinator:2551 in plain text, which one with --tls refuses");
      assertSays("coordinator", "reason=it sent something else than TLS");
      assertSays(
          "theirs",
          "control connection failed, trying again peer=coordinator:2551 reason=the certificate"
              + " CN=nodes, issued by CN=yamabiko, is none of the authority in ca.crt");
      assertSays("coordinator", "reason=the peer refused this node's certificate");
      JsonNode workers = api.await(WORKERS, answer -> true);
      assertEquals(HOSTS.size(), workers.path("workers").size(), workers.toString());
    } finally {
      cluster.endStrangers();
    }
  }

  private static void assertSays(String alias, String expected) {
    long deadline = System.nanoTime() + SOON.toNanos();
    while (!cluster.log(alias).contains(expected)) {
      assertTrue(System.nanoTime() < deadline, () -> alias + " said: " + cluster.log(alias));
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }

  @Test
  void shouldAnswerNobodyWithoutItsToken() throws Exception {
    String wrong = Token.random();
    HttpRequest request =
        new ContainedApi(cluster::server, cluster.secrets(), wrong).request(JOBS).build();
    HttpResponse<String> answer = api.send(request, HttpResponse.BodyHandlers.ofString());
    assertEquals(401, answer.statusCode(), answer.body());
    Path file = Files.writeString(directory.resolve("wrong"), wrong);
    Invocation refused =
        Invocation.of(
            directory,
            List.of(
                "jobs",
                "--server",
                cluster.server().toString(),
                "--ca",
                cluster.secrets().certificate().toString(),
                "--token-file",
                file.toString()));
    assertEquals(2, refused.exitCode(), refused.err());
    assertEquals("yamabiko: the coordinator does not know this token\n", refused.err());
  }

  @Test
  void shouldTellAPlainTextProbeNothing() throws Exception {
    for (int port : List.of(ContainerCluster.CONTROL_PORT, ContainerCluster.BULK_PORT)) {
      PlainTextProbe.assertLearnsNothing(cluster.reach(port));
    }
  }

  /** Each costs a server more than whoever asks for one after the other. */
  @Test
  void shouldRefuseASecondHandshakeOnAConnection() throws Exception {
    URI server = cluster.server();
    try (SSLSocket client =
        (SSLSocket)
            cluster
                .secrets()
                .believing()
                .getSocketFactory()
                .createSocket(server.getHost(), server.getPort())) {
      client.setSoTimeout(10_000);
      client.setEnabledProtocols(new String[] {"TLSv1.2"});
      client.startHandshake();
      client.startHandshake();
      assertThrows(
          SSLException.class,
          () -> {
            client.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(US_ASCII));
            client.getInputStream().read();
          });
    }
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
    api.await(WORKERS, workers -> workers.path("workers").size() == HOSTS.size());
    String id = api.submit(LONG_JOB);
    api.await(JOBS + "/" + id, job -> job.path("step").asInt() >= STEP);
    return id;
  }

  private void goesOn(String id) throws Exception {
    int now = api.await(JOBS + "/" + id, job -> true).path("step").asInt();
    JsonNode later =
        api.await(JOBS + "/" + id, job -> job.path("step").asInt() >= now + STEPS_WITHOUT);
    assertTrue(later.path("ended").isNull(), later.toString());
  }

  private void assertSameBits(String id) throws Exception {
    JsonNode end = api.await(JOBS + "/" + id, job -> !job.path("ended").isNull());
    ContainedJob.assertSameRun(longSingleNode, end);
  }
}
