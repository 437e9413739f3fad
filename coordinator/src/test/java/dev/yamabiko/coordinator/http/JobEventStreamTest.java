package dev.yamabiko.coordinator.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.coordinator.JobEvent;
import dev.yamabiko.coordinator.JobStatus;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
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
    follower.listener().tell(new JobEvent(1, "step", "{\"step\":0}"));
    assertEquals("id: 1\nevent: step\ndata: {\"step\":0}\n", nextBlock(lines));
    follower.listener().tell(new JobEvent(2, JobEvent.END, "{\"status\":\"completed\"}"));
    assertEquals("id: 2\nevent: end\ndata: {\"status\":\"completed\"}\n", nextBlock(lines));
    assertEquals(-1, lines.read());
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
      follower.listener().tell(new JobEvent(1, "step", "{}"));
    }
  }

  @Test
  void shouldCutOffAClientThatDoesNotRead() throws Exception {
    HttpResponse<InputStream> response = follow("0");
    FakeCoordinator.Follower follower = follower();
    String large = "{\"x\":\"" + "x".repeat(1 << 12) + "\"}";
    long number = 0;
    while (api.coordinator.gone.poll() == null) {
      follower.listener().tell(new JobEvent(++number, "step", large));
      assertTrue(number < 1_000_000, "the events of one client are kept without bound");
    }
    response.body().close();
  }
}
