package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nodes in containers, each with a network address, a file system and a memory limit of its own:
 * what they train together has the bits of a single-node run in this JVM.
 */
@EnabledIf(
    value = "dev.yamabiko.cli.ContainerCluster#engineAnswers",
    disabledReason = ContainerCluster.NO_ENGINE)
@Timeout(240)
class ContainersIT {

  /** What the workers call themselves: names of the network's choosing, and one's own. */
  private static final List<String> HOSTS = List.of("worker-1", "worker-2", "auto");

  private static final String JOB =
      """
      name = contained
      seed = 6
      data.train { builtin { name = digits, examples = 400 } }
      data.validation { builtin { name = digits, examples = 200, seed = 7 } }
      model = [
        { conv2d { filters = 8, kernel = 3 } }, relu, { max-pool { size = 2 } }, flatten,
        { dense { units = 64 } }, relu, { dense { units = 10 } }
      ]
      loss = softmax-cross-entropy
      optimizer { sgd { learning-rate = 0.1, momentum = 0.9 } }
      batch-size = 64
      shards = 8
      epochs = 2
      workers.min = 3
      """;

  @TempDir private static Path directory;
  private static Path job;
  private static JsonNode singleNode;
  private static ContainerCluster cluster;

  private final HttpClient http = HttpClient.newHttpClient();

  @BeforeAll
  static void prepare() throws Exception {
    ContainerCluster.buildImage();
    job = Files.writeString(directory.resolve("contained.conf"), JOB);
    singleNode = run("train", job.toString(), "--json", "--workers", "1", "--out", "single");
    cluster = ContainerCluster.start(1, HOSTS);
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
    assertSameRun(run("submit", job.toString(), "--server", server, "--follow", "--json"));
  }

  @Test
  void shouldGiveBitsOfSingleNodeOverHttpAlone() throws Exception {
    URI jobs = cluster.server().resolve("/api/v1/jobs");
    HttpResponse<String> submitted =
        http.send(
            HttpRequest.newBuilder(jobs)
                .POST(HttpRequest.BodyPublishers.ofString(JOB))
                .header("Content-Type", "application/hocon")
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertEquals(201, submitted.statusCode(), submitted.body());
    URI view = URI.create(jobs + "/" + parse(submitted.body()).path("id").asText());
    try (Stream<String> events =
        http.send(get(URI.create(view + "/events")), HttpResponse.BodyHandlers.ofLines()).body()) {
      assertTrue(events.filter(line -> line.startsWith("data:")).count() > 0);
    }
    assertSameRun(parse(http.send(get(view), HttpResponse.BodyHandlers.ofString()).body()));
    List<String> hosts = hosts();
    assertTrue(hosts.containsAll(List.of("worker-1", "worker-2")), hosts.toString());
    assertEquals(HOSTS.size(), hosts.size(), hosts.toString());
  }

  private List<String> hosts() throws Exception {
    URI workers = cluster.server().resolve("/api/v1/workers");
    List<String> hosts = new ArrayList<>();
    for (JsonNode worker :
        parse(http.send(get(workers), HttpResponse.BodyHandlers.ofString()).body())
            .path("workers")) {
      hosts.add(worker.path("host").asText());
    }
    return hosts;
  }

  private static HttpRequest get(URI address) {
    return HttpRequest.newBuilder(address).build();
  }

  private static void assertSameRun(JsonNode result) {
    assertEquals("completed", result.path("status").asText(), result.toString());
    assertEquals(HOSTS.size(), result.path("workers").asInt(), result.toString());
    for (String field : List.of("weights_sha256", "data_sha256", "steps", "samples_applied")) {
      assertTrue(singleNode.hasNonNull(field), field + ": " + singleNode);
      assertEquals(singleNode.get(field), result.get(field), field + ": " + result);
    }
  }

  /** The command in this JVM; returns its JSON. */
  private static JsonNode run(String... arguments) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code =
        Main.run(
            arguments,
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            directory);
    assertEquals(0, code, err.toString(StandardCharsets.UTF_8));
    List<String> lines = out.toString(StandardCharsets.UTF_8).lines().toList();
    return parse(lines.get(lines.size() - 1));
  }

  private static JsonNode parse(String json) throws IOException {
    return new ObjectMapper().readTree(json);
  }
}
