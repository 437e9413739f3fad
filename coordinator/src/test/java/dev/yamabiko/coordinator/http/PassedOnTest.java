package dev.yamabiko.coordinator.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import akka.actor.typed.ActorRef;
import dev.yamabiko.coordinator.JobEvent;
import dev.yamabiko.coordinator.JobEventBatch;
import dev.yamabiko.coordinator.JobStatus;
import dev.yamabiko.coordinator.Seat;
import dev.yamabiko.coordinator.SmallestJob;
import dev.yamabiko.data.ContentHash;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A node that stands by, in front of the one that has the coordinator. */
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PassedOnTest {

  private static final String JOB = SmallestJob.named("passed");

  @TempDir private static Path directory;
  private Api active;
  private Api standby;

  @BeforeAll
  void start() throws IOException {
    active = new Api(directory, List.of(), 1 << 24);
    standby = new Api(directory, List.of(), 1 << 24);
  }

  @BeforeEach
  void sit() {
    active.seat = new Seat.Here();
    active.coordinator.followers.clear();
    active.coordinator.gone.clear();
    standby.move(new Seat.There("http://127.0.0.1:" + active.port()));
  }

  @AfterAll
  void end() {
    standby.close();
    active.close();
  }

  @Test
  void shouldPassOnWhatUsersAskAndAnswerAsTheCoordinatorDoes() throws Exception {
    HttpResponse<String> submitted = standby.post("/api/v1/jobs", JOB);
    assertEquals(201, submitted.statusCode(), submitted.body());
    assertEquals("/api/v1/jobs/passed-1", submitted.headers().firstValue("Location").orElse(""));
    assertEquals("passed", active.coordinator.submitted.take().name());
    assertTrue(standby.coordinator.submitted.isEmpty());
    for (String path : List.of("/api/v1/jobs", "/api/v1/jobs/passed-1", "/api/v1/workers")) {
      assertEquals(active.get(path).body(), standby.get(path).body());
    }
    assertEquals(
        Api.problem(404, active.get("/api/v1/jobs/other-9")),
        Api.problem(404, standby.get("/api/v1/jobs/other-9")));
  }

  @Test
  void shouldPassOnUploadsAsTheyCome() throws Exception {
    byte[] content = new byte[3 << 20];
    new Random(5).nextBytes(content);
    Path file = Files.write(directory.resolve("content"), content);
    String sha256 = ContentHash.of(file);
    assertEquals(201, standby.put(sha256, content).statusCode());
    assertArrayEquals(content, Files.readAllBytes(directory.resolve("uploads").resolve(sha256)));
    assertEquals(200, active.put(sha256, content).statusCode());
  }

  @Test
  void shouldSayWhetherThereIsRoomForAnUploadBeforeItIsSent() throws Exception {
    byte[] content = new byte[2 << 20];
    for (Api node : List.of(active, standby)) {
      assertEquals("HTTP/1.1 413", askedToPut(node, "0".repeat(64), (1 << 24) + 1, new byte[0]));
      content[0]++;
      String sha256 = ContentHash.of(Files.write(directory.resolve("asked"), content));
      assertEquals("HTTP/1.1 201", askedToPut(node, sha256, content.length, content));
      assertEquals("HTTP/1.1 200", askedToPut(node, sha256, content.length, content));
    }
  }

  /** Sends the content when it may. */
  private static String askedToPut(Api node, String sha256, int length, byte[] content)
      throws IOException {
    try (Socket socket = new Socket("127.0.0.1", node.port())) {
      socket.setSoTimeout(60_000);
      String head =
          "PUT /api/v1/data/%s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n"
              .formatted(sha256, length);
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      BufferedReader answer =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      String first = answer.readLine();
      if (first.startsWith("HTTP/1.1 100")) {
        socket.getOutputStream().write(content);
        while (!answer.readLine().isEmpty()) {
          // The head of that word.
        }
        first = answer.readLine();
      }
      return first.substring(0, "HTTP/1.1 200".length());
    }
  }

  /** No client hears of a refusal before it has sent all of a body. */
  @Test
  void shouldRefuseALargeUploadWhenItHasBeenSent() throws Exception {
    byte[] tooLarge = new byte[(1 << 24) + 1];
    for (Api node : List.of(active, standby)) {
      String detail = Api.problem(413, node.put("0".repeat(64), tooLarge));
      assertTrue(detail.startsWith("there is no room for this upload: "), detail);
    }
  }

  @Test
  void shouldPassOnEventsAsTheyHappenAndGoWhenTheReaderGoes() throws Exception {
    active.coordinator.jobs.put(
        "a-1", FakeCoordinator.job("a-1", JobStatus.RUNNING, Path.of(""), Optional.empty()));
    HttpResponse<InputStream> response =
        standby.client.send(
            standby.request("/api/v1/jobs/a-1/events").header("Last-Event-ID", "7").build(),
            HttpResponse.BodyHandlers.ofInputStream());
    FakeCoordinator.Follower follower = active.coordinator.followers.take();
    assertEquals(7, follower.after());
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
      follower.tell(new JobEvent(8, "step", "{}"));
      String line = lines.readLine();
      while (!line.startsWith("id: ")) {
        line = lines.readLine();
      }
      assertEquals("id: 8", line);
    }
    // Who writes notices that nobody reads.
    ActorRef<JobEventBatch> gone = null;
    for (int id = 9; gone == null; id++) {
      follower.tell(new JobEvent(id, "step", "{}"));
      gone = active.coordinator.gone.poll(50, TimeUnit.MILLISECONDS);
    }
    assertEquals(follower.listener(), gone);
  }

  @Test
  void shouldBeReadyWhenItCanPassRequestsOn() throws Exception {
    assertEquals("{\"status\":\"ready\"}", active.get("/health/ready").body().strip());
    HttpResponse<String> ready = standby.get("/health/ready");
    assertEquals(200, ready.statusCode());
    assertEquals("{\"status\":\"ready\",\"stands_by\":true}", ready.body().strip());
  }

  @Test
  void shouldSayThatThereIsNoCoordinatorForTheMoment() throws Exception {
    standby.seat = new Seat.Vacant();
    HttpResponse<String> none = standby.get("/api/v1/jobs");
    assertEquals("there is no coordinator at the moment; try again", Api.problem(503, none));
    assertEquals("2", none.headers().firstValue("Retry-After").orElse(""));
    assertEquals(200, standby.get("/health/alive").statusCode());
    try (ServerSocket nobody = new ServerSocket(0)) {
      standby.seat = new Seat.There("http://127.0.0.1:" + nobody.getLocalPort());
    }
    Api.problem(503, standby.get("/api/v1/jobs"));
    Api.problem(503, standby.post("/api/v1/jobs", JOB));
  }

  /** The job may have been accepted: whoever sends it again may have it run twice. */
  @Test
  void shouldSayWhereTheAnswerToAChangeIsLost() throws Exception {
    String why = "";
    for (boolean breaksOff : new boolean[] {false, true}) {
      try (ServerSocket silent = new ServerSocket(0)) {
        standby.move(new Seat.There("http://127.0.0.1:" + silent.getLocalPort()));
        CompletableFuture<HttpResponse<String>> answer =
            standby.client.sendAsync(
                standby
                    .request("/api/v1/jobs")
                    .POST(HttpRequest.BodyPublishers.ofString(JOB))
                    .build(),
                HttpResponse.BodyHandlers.ofString());
        try (Socket connection = silent.accept()) {
          connection.getInputStream().read();
          if (!breaksOff) {
            standby.move(new Seat.Vacant());
            why = Api.problem(504, answer.get(30, TimeUnit.SECONDS));
          }
        }
        assertEquals(why, Api.problem(504, answer.get(30, TimeUnit.SECONDS)));
      }
    }
    assertTrue(why.contains("may have done what was asked all the same"), why);
  }

  /** The one that had it has stopped, and says nothing. */
  @Test
  void shouldLeaveNobodyWaitingForTheNodeThatHadTheCoordinator() throws Exception {
    try (ServerSocket silent = new ServerSocket(0)) {
      standby.seat = new Seat.There("http://127.0.0.1:" + silent.getLocalPort());
      CompletableFuture<HttpResponse<String>> answer =
          standby.client.sendAsync(
              standby.request("/api/v1/jobs").build(), HttpResponse.BodyHandlers.ofString());
      silent.accept().getInputStream().read();
      assertFalse(answer.isDone());
      standby.move(new Seat.Vacant());
      Api.problem(503, answer.get(30, TimeUnit.SECONDS));
    }
  }

  /** A node may stand by for years, and pass on what a dashboard asks every second. */
  @Test
  void shouldForgetARequestWithItsAnswer() {
    PassedOn.Way way = PassedOn.Way.to("http://127.0.0.1:1");
    akka.http.javadsl.model.HttpResponse lost = Problem.noCoordinator();
    var first = new CompletableFuture<akka.http.javadsl.model.HttpResponse>();
    var answered = way.untilLeft(first, () -> lost).toCompletableFuture();
    var asked = way.untilLeft(new CompletableFuture<>(), () -> lost).toCompletableFuture();
    assertEquals(2, way.waiting());
    first.complete(Problem.unanswered().response());
    assertEquals(1, way.waiting());
    way.end();
    assertEquals(504, answered.join().status().intValue());
    assertEquals(lost, asked.join());
    assertEquals(
        lost, way.untilLeft(new CompletableFuture<>(), () -> lost).toCompletableFuture().join());
    assertEquals(0, way.waiting());
  }

  @Test
  void shouldTellWhoHasAskedAndNotWhatHeSaysOfThat() throws Exception {
    try (ServerSocket next = new ServerSocket(0)) {
      standby.seat = new Seat.There("http://127.0.0.1:" + next.getLocalPort());
      CompletableFuture<HttpResponse<String>> answer =
          standby.client.sendAsync(
              standby.request("/api/v1/jobs").header("X-Yamabiko-Asker", "10.0.0.9").build(),
              HttpResponse.BodyHandlers.ofString());
      BufferedReader head =
          new BufferedReader(
              new InputStreamReader(next.accept().getInputStream(), StandardCharsets.UTF_8));
      List<String> askers = new ArrayList<>();
      for (String line = head.readLine(); !line.isEmpty(); line = head.readLine()) {
        if (line.startsWith("X-Yamabiko-Asker")) {
          askers.add(line);
        }
      }
      assertEquals(List.of("X-Yamabiko-Asker: 127.0.0.1"), askers);
      standby.move(new Seat.Vacant());
      Api.problem(503, answer.get(30, TimeUnit.SECONDS));
    }
  }

  @Test
  void shouldEndTheEventsOfTheNodeThatHadTheCoordinator() throws Exception {
    active.coordinator.jobs.put(
        "a-1", FakeCoordinator.job("a-1", JobStatus.RUNNING, Path.of(""), Optional.empty()));
    HttpResponse<InputStream> events =
        standby.client.send(
            standby.request("/api/v1/jobs/a-1/events").build(),
            HttpResponse.BodyHandlers.ofInputStream());
    FakeCoordinator.Follower follower = active.coordinator.followers.take();
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(events.body(), StandardCharsets.UTF_8))) {
      assertEquals(": alive", lines.readLine());
      standby.move(new Seat.Vacant());
      while (lines.readLine() != null) {
        // Whatever was on its way; what counts is that the stream ends.
      }
    }
    assertEquals(follower.listener(), active.coordinator.gone.poll(30, TimeUnit.SECONDS));
  }

  /** Each takes the other one for the one that has it, for a moment in a take-over. */
  @Test
  void shouldNotPassARequestOnTwice() throws Exception {
    active.seat = new Seat.There("http://127.0.0.1:" + standby.port());
    Api.problem(503, standby.get("/api/v1/jobs"));
  }

  @Test
  void shouldRefuseWhatAForeignPageAsksBeforeItIsPassedOn() throws Exception {
    HttpResponse<String> refused =
        standby.send(
            standby
                .request("/api/v1/jobs/a-1/cancel")
                .header("Origin", "http://elsewhere.example")
                .POST(HttpRequest.BodyPublishers.noBody()));
    Api.problem(403, refused);
    HttpResponse<String> own =
        standby.send(
            standby
                .request("/api/v1/jobs/a-1/cancel")
                .header("Origin", "http://127.0.0.1:" + standby.port())
                .POST(HttpRequest.BodyPublishers.noBody()));
    Api.problem(404, own);
  }
}
