package dev.yamabiko.coordinator.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.coordinator.JobEvent;
import dev.yamabiko.coordinator.JobStatus;
import dev.yamabiko.coordinator.access.HttpAccess;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Connections that hold their place for as long as something is asked, and no longer. */
@Timeout(120)
class QuietConnectionsTest {

  static final String SOON = "yamabiko.http.quiet-timeout = 300 ms";

  @TempDir private Path data;
  private Api api;

  @BeforeEach
  void bind() throws IOException {
    api = new Api(data, List.of(), 1 << 20, HttpAccess.open(), SOON);
  }

  @AfterEach
  void close() {
    api.close();
  }

  static Socket connect(Api api) throws IOException {
    Socket socket = new Socket("127.0.0.1", api.port());
    socket.setSoTimeout((int) Duration.ofSeconds(30).toMillis());
    return socket;
  }

  /** What the server says until it ends the connection. */
  static String rest(Socket socket) throws IOException {
    try {
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    } catch (SocketException e) {
      return ""; // reset, since not all was read
    }
  }

  static void ask(Socket socket, String path) throws IOException {
    socket
        .getOutputStream()
        .write(
            "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n"
                .formatted(path)
                .getBytes(StandardCharsets.US_ASCII));
  }

  @Test
  void shouldEndWhereNothingIsAsked() throws Exception {
    try (Socket silent = connect(api);
        Socket slow = connect(api)) {
      slow.getOutputStream().write("GET /health/al".getBytes(StandardCharsets.US_ASCII));
      assertEquals("", rest(silent));
      rest(slow);
    }
  }

  @Test
  void shouldEndAfterAnAnswer() throws Exception {
    try (Socket strict = connect(api)) {
      ask(strict, "/health/alive");
      String answers = rest(strict);
      assertTrue(answers.startsWith("HTTP/1.1 200 OK"), answers);
      assertTrue(answers.contains("Content-Length"), answers);
    }
  }

  @Test
  void shouldStayWhileAnAnswerGoesOn() throws Exception {
    api.coordinator.jobs.put(
        "a-1", FakeCoordinator.job("a-1", JobStatus.RUNNING, data, Optional.empty()));
    try (Socket following = connect(api)) {
      ask(following, "/api/v1/jobs/a-1/events");
      FakeCoordinator.Follower follower = api.coordinator.followers.poll(60, TimeUnit.SECONDS);
      // For longer than others stay.
      for (int i = 0; i < 3; i++) {
        try (Socket silent = connect(api)) {
          rest(silent);
        }
      }
      follower.tell(new JobEvent(1, JobEvent.END, "{\"still\":\"here\"}"));
      // Then it has had its answer.
      String all = rest(following);
      assertTrue(all.contains("{\"still\":\"here\"}"), all);
    }
  }
}
