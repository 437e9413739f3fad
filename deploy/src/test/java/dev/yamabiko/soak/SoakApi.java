package dev.yamabiko.soak;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/** The coordinator's API; what cannot be asked at the moment is empty. */
final class SoakApi {

  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final JsonMapper JSON = new JsonMapper();

  private final int port;
  private final HttpClient client = HttpClient.newBuilder().connectTimeout(LIMIT).build();

  SoakApi(int port) {
    this.port = port;
  }

  boolean isReady() throws InterruptedException {
    return send(request("/health/ready").build()).filter(r -> r.statusCode() == 200).isPresent();
  }

  /** The job's id. */
  Optional<String> submit(String job) throws Exception {
    HttpRequest request =
        request("/api/v1/jobs")
            .header("Content-Type", "application/hocon")
            .POST(HttpRequest.BodyPublishers.ofString(job))
            .build();
    Optional<HttpResponse<String>> response = send(request);
    if (response.filter(r -> r.statusCode() < 500 && r.statusCode() != 201).isPresent()) {
      throw new AssertionError("a job was refused: " + response.get().body() + "\n" + job);
    }
    return response.filter(r -> r.statusCode() == 201).map(r -> json(r).path("id").asText());
  }

  /** Cancels or resumes; whether that was done. */
  boolean steer(String id, String what) throws InterruptedException {
    HttpRequest request =
        request("/api/v1/jobs/%s/%s".formatted(id, what))
            .POST(HttpRequest.BodyPublishers.noBody())
            .build();
    return send(request).filter(r -> r.statusCode() < 300).isPresent();
  }

  /** Of a job that was accepted before; a coordinator that does not know it has lost it. */
  Optional<JsonNode> job(String id) throws InterruptedException {
    Optional<HttpResponse<String>> response = send(request("/api/v1/jobs/" + id).build());
    if (response.filter(r -> r.statusCode() == 404).isPresent()) {
      throw new AssertionError("job %s is lost: %s".formatted(id, response.get().body()));
    }
    return response.filter(r -> r.statusCode() == 200).map(SoakApi::json);
  }

  /** How many workers, or nodes that own slices, are registered. */
  int registered(String kind) throws InterruptedException {
    return send(request("/api/v1/workers").build())
        .filter(r -> r.statusCode() == 200)
        .map(r -> json(r).path(kind).size())
        .orElse(0);
  }

  /** Begins to follow a job, reads a little of it, and is gone. */
  void followAndLeave(String id) {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      socket.setSoTimeout(1000);
      socket.setSoLinger(true, 0); // The server learns of it by a reset.
      OutputStream out = socket.getOutputStream();
      String request = "GET /api/v1/jobs/%s/events HTTP/1.1\r\nHost: localhost\r\n\r\n";
      out.write(request.formatted(id).getBytes(StandardCharsets.US_ASCII));
      int read = socket.getInputStream().read(new byte[256]);
      if (read == 0) {
        throw new AssertionError("nothing read");
      }
    } catch (IOException e) {
      // The coordinator may be away, or have nothing to say just now: gone is gone.
    }
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).timeout(LIMIT);
  }

  private Optional<HttpResponse<String>> send(HttpRequest request) throws InterruptedException {
    try {
      return Optional.of(client.send(request, HttpResponse.BodyHandlers.ofString()));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static JsonNode json(HttpResponse<String> response) {
    try {
      return JSON.readTree(response.body());
    } catch (IOException e) {
      throw new AssertionError(response.body(), e);
    }
  }
}
