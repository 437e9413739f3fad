package dev.yamabiko.coordinator.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Adapter;
import akka.event.EventStream;
import akka.event.Logging;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.yamabiko.coordinator.CoordinatorCommand;
import dev.yamabiko.coordinator.CoordinatorSettings;
import dev.yamabiko.coordinator.NodeMetrics;
import dev.yamabiko.coordinator.Seat;
import dev.yamabiko.coordinator.access.HttpAccess;
import dev.yamabiko.model.CanonicalJson;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A bound API in front of a fake coordinator, and a client. */
final class Api implements AutoCloseable {

  private static final Config CONFIG =
      ConfigFactory.parseString(
              """
              akka.actor.provider = local
              akka.loggers = ["akka.event.Logging$DefaultLogger"]
              akka.logging-filter = "akka.event.DefaultLoggingFilter"
              akka.loglevel = OFF
              akka.use-slf4j = off
              """)
          .withFallback(ConfigFactory.load("coordinator-node"));

  final FakeCoordinator coordinator = new FakeCoordinator();
  volatile Seat seat = new Seat.Here();
  final NodeMetrics metrics = new NodeMetrics();
  final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final ActorSystem<CoordinatorCommand> system;
  private final HttpApi api;

  Api(Path data, List<Path> roots, long uploadBytes) throws IOException {
    this(data, roots, uploadBytes, HttpAccess.open());
  }

  Api(Path data, List<Path> roots, long uploadBytes, HttpAccess access) throws IOException {
    this(data, roots, uploadBytes, access, "");
  }

  /**
   * @param more goes before the node's own configuration
   */
  Api(Path data, List<Path> roots, long uploadBytes, HttpAccess access, String more)
      throws IOException {
    this(
        new CoordinatorSettings(
            "127.0.0.1", "127.0.0.1", 0, 0, 0, data, roots, uploadBytes, 0, false, access),
        more);
  }

  /**
   * @param more goes before the node's own configuration
   */
  Api(CoordinatorSettings settings, String more) throws IOException {
    Config config = ConfigFactory.parseString(more).withFallback(CONFIG);
    system = ActorSystem.create(coordinator.behavior(), "api", config);
    api = HttpApi.bind(system, settings, () -> seat, metrics);
  }

  /** What is logged from now on as a warning. */
  TestProbe<Object> warnings() {
    TestProbe<Object> warnings = TestProbe.create(system);
    EventStream events = Adapter.toClassic(system).eventStream();
    events.setLogLevel(Logging.WarningLevel());
    events.subscribe(Adapter.toClassic(warnings.getRef()), Logging.Warning.class);
    return warnings;
  }

  /** What is logged from now on as an error. */
  TestProbe<Object> errors() {
    TestProbe<Object> errors = TestProbe.create(system);
    EventStream events = Adapter.toClassic(system).eventStream();
    events.setLogLevel(Logging.ErrorLevel());
    events.subscribe(Adapter.toClassic(errors.getRef()), Logging.Error.class);
    return errors;
  }

  /** As the node's guardian does when it hears of it. */
  void move(Seat now) {
    seat = now;
    api.moved(now);
  }

  String url() {
    return api.url();
  }

  int port() {
    return api.address().getPort();
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(api.url() + path)).timeout(Duration.ofSeconds(60));
  }

  HttpResponse<String> get(String path) throws Exception {
    return send(request(path));
  }

  HttpResponse<String> post(String path, String body) throws Exception {
    return send(request(path).POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  HttpResponse<String> put(String sha256, byte[] content) throws Exception {
    return send(
        request("/api/v1/data/" + sha256).PUT(HttpRequest.BodyPublishers.ofByteArray(content)));
  }

  HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return client.send(request.build(), BodyHandlers.ofString());
  }

  /** Asserts that this is a problem in the standard's form, and returns its detail. */
  static String problem(int status, HttpResponse<String> response) {
    assertEquals(status, response.statusCode(), response.body());
    assertTrue(response.body().endsWith("}\n"), response.body());
    assertEquals(
        "application/problem+json",
        response.headers().firstValue("Content-Type").orElse("").replaceFirst(";.*", ""));
    var json = CanonicalJson.object(response.body());
    assertEquals(status, json.get("status"));
    return (String) json.get("detail");
  }

  @Override
  public void close() {
    api.close();
    ActorTestKit.shutdown(system);
    metrics.close();
  }
}
