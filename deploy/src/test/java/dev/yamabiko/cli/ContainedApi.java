package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** A coordinator's HTTP API as somebody with a token asks it who has no client of ours. */
final class ContainedApi {

  static final String JOBS = "/api/v1/jobs";
  static final String WORKERS = "/api/v1/workers";

  private static final Duration SOON = Duration.ofMinutes(4);
  private static final Duration ANSWER = Duration.ofSeconds(20);
  private static final Duration PAUSE = Duration.ofMillis(20);

  private final Supplier<URI> server;
  private final String token;
  private final HttpClient http;

  /**
   * @param server asked each time: a container that is started again has another address
   */
  ContainedApi(Supplier<URI> server, ContainerSecrets secrets, String token) {
    this.server = server;
    this.token = token;
    http =
        HttpClient.newBuilder()
            .sslContext(secrets.believing())
            .connectTimeout(Duration.ofSeconds(5))
            .build();
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(server.get().resolve(path))
        .header("Authorization", "Bearer " + token);
  }

  <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> body)
      throws IOException, InterruptedException {
    return http.send(request, body);
  }

  /** Returns the job's id. */
  String submit(String job) throws IOException, InterruptedException {
    HttpRequest post =
        request(JOBS)
            .POST(HttpRequest.BodyPublishers.ofString(job))
            .header("Content-Type", "application/hocon")
            .build();
    HttpResponse<String> submitted = send(post, HttpResponse.BodyHandlers.ofString());
    assertEquals(201, submitted.statusCode(), submitted.body());
    return new ObjectMapper().readTree(submitted.body()).path("id").asText();
  }

  /** Empty while the coordinator does not answer. */
  Optional<JsonNode> get(String path) throws InterruptedException {
    try {
      HttpResponse<String> answer =
          send(request(path).timeout(ANSWER).build(), HttpResponse.BodyHandlers.ofString());
      return answer.statusCode() == 200
          ? Optional.of(new ObjectMapper().readTree(answer.body()))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  JsonNode await(String path, Predicate<JsonNode> wanted) throws InterruptedException {
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
