package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.cli.settings.NodeFile;
import dev.yamabiko.cli.settings.NodeKind;
import dev.yamabiko.wire.UnusableAddressException;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class HealthPortTest {

  private final AtomicReference<Optional<String>> ill = new AtomicReference<>(Optional.empty());
  private final AtomicReference<Optional<String>> unready = new AtomicReference<>(Optional.empty());
  private final HealthPort port = HealthPort.open(0, ill::get, unready::get);

  @AfterEach
  void close() {
    port.close();
  }

  private HttpResponse<String> get(String path) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d%s".formatted(port.port(), path)))
                .timeout(Duration.ofSeconds(60))
                .build(),
            HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void shouldTellWhetherANodeLivesApartFromWhetherItIsReady() throws Exception {
    assertEquals(200, get("/health/alive").statusCode());
    assertEquals("ready\n", get("/health/ready").body());

    unready.set(Optional.of("no coordinator can be reached"));
    assertEquals(200, get("/health/alive").statusCode());
    HttpResponse<String> ready = get("/health/ready");
    assertEquals(503, ready.statusCode());
    assertEquals("no coordinator can be reached\n", ready.body());

    ill.set(Optional.of("its actors take no message"));
    assertEquals(503, get("/health/alive").statusCode());
  }

  @Test
  void shouldTellNothingElse() throws Exception {
    assertEquals(404, get("/").statusCode());
    assertEquals(404, get("/metrics").statusCode());
  }

  @Test
  void shouldAnswerTheCheckOfAnImage() throws Exception {
    assertEquals("HTTP/1.1 200 OK ready", HealthCheck.ask(port.port()));
    unready.set(Optional.of("it leaves"));
    String answer = HealthCheck.ask(port.port());
    assertTrue(answer.startsWith("HTTP/1.1 503 ") && answer.endsWith(" it leaves"), answer);
  }

  private HttpResponse<String> ask(String method) throws Exception {
    URI uri = URI.create("http://127.0.0.1:%d/health/alive".formatted(port.port()));
    HttpRequest request =
        HttpRequest.newBuilder(uri)
            .method(method, HttpRequest.BodyPublishers.noBody())
            .timeout(Duration.ofSeconds(60))
            .build();
    return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void shouldAnswerWhoWantsNoText() throws Exception {
    assertEquals(200, ask("HEAD").statusCode());
    assertEquals("", ask("HEAD").body());
    assertEquals(405, ask("POST").statusCode());
    assertEquals(Optional.of("GET, HEAD"), ask("POST").headers().firstValue("Allow"));
  }

  /** Who sends a request bit by bit keeps no probe waiting. */
  @Test
  void shouldAnswerBesideSlowRequests() throws Exception {
    List<Socket> slow = new ArrayList<>();
    try {
      for (int i = 0; i < 32; i++) {
        Socket socket = new Socket("127.0.0.1", port.port());
        slow.add(socket);
        socket
            .getOutputStream()
            .write("GET /health/alive HTTP/1.1\r\nHost: a\r\nX".getBytes(StandardCharsets.UTF_8));
      }
      long began = System.nanoTime();
      assertEquals("alive\n", get("/health/alive").body());
      assertTrue(System.nanoTime() - began < Duration.ofSeconds(3).toNanos());
    } finally {
      for (Socket socket : slow) {
        socket.close();
      }
    }
  }

  @Test
  void shouldHoldNoMoreConnectionsThanItNeeds() throws Exception {
    List<Socket> silent = new ArrayList<>();
    try {
      for (int i = 0; i < HealthPort.MOST_CONNECTIONS; i++) {
        silent.add(new Socket("127.0.0.1", port.port()));
      }
      try (Socket more = new Socket("127.0.0.1", port.port())) {
        more.setSoTimeout(20_000);
        assertEquals(-1, more.getInputStream().read());
      }
    } finally {
      for (Socket socket : silent) {
        socket.close();
      }
    }
    // Those that have ended make room.
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!answers() && System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    assertEquals("alive\n", get("/health/alive").body());
  }

  private boolean answers() throws Exception {
    try {
      return get("/health/alive").statusCode() == 200;
    } catch (IOException e) {
      return false; // it is not let in yet
    }
  }

  @Test
  void shouldSayWhichPortIsTaken() {
    UnusableAddressException taken =
        assertThrows(
            UnusableAddressException.class,
            () -> HealthPort.open(port.port(), ill::get, unready::get));
    assertTrue(taken.getMessage().contains(port.port() + " cannot be used for probes"));
  }

  @Test
  void shouldTakeTheImagesPortBeforeAFilesAndOpenNoneUnasked(@TempDir Path directory)
      throws IOException {
    Path file = Files.writeString(directory.resolve("worker.conf"), "health-port = 8082");
    NodeFile settings = NodeFile.of(NodeKind.WORKER, Optional.of(file), directory);
    HealthOptions options = new HealthOptions();
    assertEquals(Optional.of(8082), options.port(settings, Map.of()));
    assertEquals(Optional.of(8081), options.port(settings, Map.of(HealthOptions.VARIABLE, "8081")));
    NodeFile none = NodeFile.of(NodeKind.WORKER, Optional.empty(), directory);
    assertEquals(Optional.empty(), options.port(none, Map.of()));
  }
}
