package dev.yamabiko.coordinator.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import akka.actor.testkit.typed.javadsl.TestProbe;
import dev.yamabiko.coordinator.JobEvent;
import dev.yamabiko.coordinator.JobEventBatch;
import dev.yamabiko.coordinator.JobStatus;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class JobEventStreamTest {

  @TempDir Path data;
  private Api api;

  @BeforeEach
  void bind() throws Exception {
    api = new Api(data, List.of(), 1 << 20);
    api.coordinator.jobs.put(
        "a-1", FakeCoordinator.job("a-1", JobStatus.RUNNING, data, Optional.empty()));
  }

  @AfterEach
  void close() {
    api.close();
  }

  private HttpResponse<InputStream> follow(String lastSeen) throws Exception {
    return api.client.send(
        api.request("/api/v1/jobs/a-1/events").header("Last-Event-ID", lastSeen).build(),
        BodyHandlers.ofInputStream());
  }

  private FakeCoordinator.Follower follower() throws InterruptedException {
    FakeCoordinator.Follower follower = api.coordinator.followers.poll(60, TimeUnit.SECONDS);
    assertNotNull(follower);
    return follower;
  }

  private static BufferedReader lines(HttpResponse<InputStream> response) {
    return new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
  }

  private static String nextBlock(BufferedReader lines) throws IOException {
    StringBuilder block = new StringBuilder();
    for (String line = lines.readLine(); line != null && !line.isEmpty(); ) {
      block.append(line).append('\n');
      line = lines.readLine();
    }
    return block.toString();
  }

  @Test
  void shouldSendEventsAsTheyComeAndEndWithTheLast() throws Exception {
    HttpResponse<InputStream> response = follow("0");
    assertTrue(
        response.headers().firstValue("Content-Type").orElse("").startsWith("text/event-stream"));
    BufferedReader lines = lines(response);
    assertEquals(": alive\n", nextBlock(lines));
    FakeCoordinator.Follower follower = follower();
    assertEquals(0, follower.after());
    follower.tell(new JobEvent(1, "step", "{\"step\":0}"));
    assertEquals("id: 1\nevent: step\ndata: {\"step\":0}\n", nextBlock(lines));
    follower.tell(new JobEvent(2, JobEvent.END, "{\"status\":\"completed\"}"));
    assertEquals("id: 2\nevent: end\ndata: {\"status\":\"completed\"}\n", nextBlock(lines));
    assertEquals(-1, lines.read());
  }

  @Test
  void shouldAddTheEvaluationToAnEndThatIsToldWithoutIt() throws Exception {
    Files.writeString(data.resolve("result.json"), "{\"status\":\"x\",\"evaluation\":[1]}");
    BufferedReader lines = lines(follow("0"));
    nextBlock(lines);
    follower().tell(new JobEvent(2, JobEvent.END, "{\"status\":\"x\",\"evaluation\":null}"));
    assertEquals(
        "id: 2\nevent: end\ndata: {\"status\":\"x\",\"evaluation\":[1]}\n", nextBlock(lines));
  }

  @Test
  void shouldGoOnAfterTheLastEventSeen() throws Exception {
    HttpResponse<InputStream> response = follow("41");
    assertEquals(41, follower().after());
    response.body().close();
    assertEquals(
        400,
        api.send(api.request("/api/v1/jobs/a-1/events").header("Last-Event-ID", "x")).statusCode());
  }

  @Test
  void shouldStopFollowingWhenTheClientGoes() throws Exception {
    HttpResponse<InputStream> response = follow("0");
    FakeCoordinator.Follower follower = follower();
    response.body().close();
    // A closed connection shows when something is written to it.
    while (api.coordinator.gone.poll(50, TimeUnit.MILLISECONDS) == null) {
      follower.tell(new JobEvent(1, "step", "{}"));
    }
  }

  @Test
  void shouldCutOffAClientThatDoesNotRead() throws Exception {
    HttpResponse<InputStream> response = follow("0");
    FakeCoordinator.Follower follower = follower();
    String large = "{\"x\":\"" + "x".repeat(1 << 12) + "\"}";
    long number = 0;
    while (api.coordinator.gone.poll() == null) {
      follower.tell(new JobEvent(++number, "step", large));
      assertTrue(number < 1_000_000, "the events of one client are kept without bound");
    }
    response.body().close();
  }

  @Test
  void shouldCutOffAConnectionThatIsNotReadAndKeepNothingForIt() throws Exception {
    TestProbe<Object> errors = api.errors();
    try (Socket mute = new Socket()) {
      mute.setReceiveBufferSize(1 << 12);
      mute.connect(new InetSocketAddress("127.0.0.1", api.port()));
      String request = "GET /api/v1/jobs/a-1/events HTTP/1.1\r\nHost: here\r\n\r\n";
      mute.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      FakeCoordinator.Follower stuck = follower();
      BufferedReader lines = lines(follow("0"));
      FakeCoordinator.Follower other = follower();
      ReferenceQueue<JobEventBatch> freed = new ReferenceQueue<>();
      List<WeakReference<JobEventBatch>> batches = new ArrayList<>();
      long number = 0;
      while (api.coordinator.gone.isEmpty()) {
        JobEventBatch batch = batch(number, 100);
        number += 100;
        stuck.listener().tell(batch);
        other.listener().tell(batch);
        batches.add(new WeakReference<>(batch, freed));
        awaitEvent(lines, number);
        assertTrue(number < 30_000, "the events of one connection are kept without bound");
      }
      assertEquals(stuck.listener(), api.coordinator.gone.take());
      // Those that were in its buffer, too; the last ones may still be on their way to the other.
      for (int cleared = 0; cleared < batches.size() - 3; ) {
        if (freed.poll() != null) {
          cleared++;
        } else {
          System.gc();
          cleared += freed.remove(100) == null ? 0 : 1;
        }
      }
      other.tell(new JobEvent(number + 1, JobEvent.END, "{}"));
      awaitEvent(lines, number + 1);
      errors.expectNoMessage();
    }
  }

  private static JobEventBatch batch(long after, int size) {
    List<JobEvent> events = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      String json = "{\"step\":%d,\"x\":\"%s\"}".formatted(after + i, "x".repeat(1 << 10));
      events.add(new JobEvent(after + i + 1, JobEvent.STEP, json));
    }
    return new JobEventBatch(events);
  }

  private static void awaitEvent(BufferedReader lines, long number) throws IOException {
    String block = nextBlock(lines);
    while (!block.startsWith("id: " + number + "\n")) {
      assertFalse(block.isEmpty(), "the stream has ended before event " + number);
      block = nextBlock(lines);
    }
  }

  private BufferedReader followFrom(String query, String lastSeen) throws Exception {
    HttpResponse<InputStream> response =
        api.client.send(
            api.request("/api/v1/jobs/a-1/events" + query)
                .header("Last-Event-ID", lastSeen)
                .build(),
            BodyHandlers.ofInputStream());
    assertEquals(200, response.statusCode());
    BufferedReader lines = lines(response);
    assertEquals(": alive\n", nextBlock(lines));
    return lines;
  }

  private static String ids(BufferedReader lines) throws IOException {
    StringBuilder ids = new StringBuilder();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      ids.append(line.startsWith("id: ") ? line.substring(3) : "");
    }
    return ids.toString().strip();
  }

  private static void tellSteps(FakeCoordinator.Follower follower, long... steps) {
    List<JobEvent> events = new ArrayList<>();
    for (long step : steps) {
      String json = "{\"step\":%d,\"epoch\":0}".formatted(step);
      events.add(new JobEvent(step + 1, JobEvent.STEP, json));
    }
    follower.listener().tell(new JobEventBatch(events));
  }

  @Test
  void shouldLeaveOutStepsThatTheClientKnows() throws Exception {
    BufferedReader lines = followFrom("?from_step=12", "0");
    FakeCoordinator.Follower follower = follower();
    tellSteps(follower, 8, 9);
    follower.tell(new JobEvent(100, "epoch", "{\"epoch\":0,\"steps\":10}"));
    tellSteps(follower, 10, 11, 12, 13);
    follower.tell(new JobEvent(200, JobEvent.END, "{}"));
    assertEquals("100 13 14 200", ids(lines));
  }

  @Test
  void shouldSendStepsThatAreTakenAgainAfterARollback() throws Exception {
    BufferedReader lines = followFrom("?from_step=12", "0");
    FakeCoordinator.Follower follower = follower();
    tellSteps(follower, 8, 9);
    follower.tell(new JobEvent(100, JobEvent.ROLLBACK, "{\"rollback\":1,\"to_step\":4}"));
    tellSteps(follower, 4, 5);
    follower.tell(new JobEvent(200, JobEvent.END, "{}"));
    assertEquals("100 5 6 200", ids(lines));
  }

  /** As a browser's EventSource does, whose URL stays the same. */
  @Test
  void shouldGoByTheLastEventSeenWhereThereIsOne() throws Exception {
    BufferedReader lines = followFrom("?from_step=12", "5");
    FakeCoordinator.Follower follower = follower();
    assertEquals(5, follower.after());
    tellSteps(follower, 8);
    follower.tell(new JobEvent(200, JobEvent.END, "{}"));
    assertEquals("9 200", ids(lines));
  }

  @Test
  void shouldRefuseAStepThatIsNone() throws Exception {
    assertEquals(
        "from_step: expected a whole number of at least 0 but found \"-1\"",
        Api.problem(400, api.get("/api/v1/jobs/a-1/events?from_step=-1")));
  }
}
