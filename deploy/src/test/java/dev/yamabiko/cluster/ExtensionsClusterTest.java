package dev.yamabiko.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.cli.ExtensionJars;
import dev.yamabiko.cli.OneNode;
import dev.yamabiko.coordinator.JobStatus;
import dev.yamabiko.coordinator.JobView;
import dev.yamabiko.job.Extensions;
import dev.yamabiko.protocol.WorkerHello;
import dev.yamabiko.worker.StrangeNode;
import dev.yamabiko.worker.WorkerNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The guide's job, whose layers, loss, optimizer, data and augmentation come from a user's jar. */
@Tag("cluster")
@Timeout(600)
class ExtensionsClusterTest {

  @TempDir private static Path directory;
  private static LocalCluster cluster;
  private static String job;

  @BeforeAll
  static void start() throws IOException {
    Extensions.use(Extensions.load(List.of(ExtensionJars.ofGuide(directory))));
    Path points = Files.writeString(directory.resolve("points.txt"), ExtensionJars.points());
    job = ExtensionJars.jobOfGuide().replace("points.txt", "\"" + points + "\"");
    cluster = new LocalCluster(directory.resolve("cluster"));
  }

  @AfterAll
  static void end() {
    Extensions.use(Extensions.ofClassPath());
    cluster.close();
  }

  private static String weights() throws IOException {
    JobView view = cluster.finished(cluster.submit(job));
    assertEquals(JobStatus.COMPLETED, view.status(), view.reason());
    return OneNode.weights(view.result().orElseThrow());
  }

  @Test
  void shouldGiveTheBitsOfOneNodeAndRefuseWhoLacksAnExtension() throws IOException {
    String expected = OneNode.weights(job, Files.createDirectory(directory.resolve("one")));
    String refusal =
        StrangeNode.of(cluster.settings("bare"), hello -> without(hello, "layer.prelu"))
            .run()
            .orElseThrow();
    assertTrue(
        refusal.startsWith(
            "it lacks the coordinator's extension layer prelu: expected the SHA-256 "),
        refusal);
    cluster.join("a");
    assertEquals(expected, weights());
    // One that has more extensions than the coordinator is welcome.
    WorkerNode more =
        StrangeNode.of(cluster.settings("b"), hello -> hello(hello, hello.fingerprint() + " x=y"));
    cluster.join("b", more);
    cluster.joinParameters("p");
    assertEquals(expected, weights());
  }

  @Test
  void shouldNotUseAModelWithoutALayerOrWithAnotherVersionOfIt() throws Exception {
    cluster.join("c");
    String id = cluster.submit(job);
    assertEquals(JobStatus.COMPLETED, cluster.finished(id).status());
    HttpRequest request =
        ofJob(id, "predict")
            .POST(HttpRequest.BodyPublishers.ofString("{\"inputs\":[[0.1,0.2,0.3]]}"))
            .build();
    List<HttpRequest> all =
        List.of(request, ofJob(id, "inputs").build(), ofJob(id, "model?format=onnx").build());
    Extensions before = Extensions.ofThisJvm();
    try {
      Extensions.use(Extensions.ofClassPath());
      for (HttpRequest asked : all) {
        HttpResponse<String> refusal = answer(asked);
        assertEquals(409, refusal.statusCode(), refusal.body());
        String detail =
            "the model of %s cannot be used here: it was made with the extension layer prelu, which is not here: expected the SHA-256 "
                .formatted(id);
        assertTrue(refusal.body().contains(detail), refusal.body());
      }
      Path library = ExtensionJars.library(directory.resolve("library.jar"), 2);
      Extensions.use(Extensions.load(List.of(directory.resolve("guide.jar"), library)));
      HttpResponse<String> refusal = answer(request);
      assertEquals(409, refusal.statusCode(), refusal.body());
      String detail =
          "the model of %s cannot be used here: it was made with another extension layer prelu: expected the SHA-256 "
              .formatted(id);
      assertTrue(refusal.body().contains(detail), refusal.body());
      assertFalse(refusal.body().contains(directory.toString()), refusal.body());
    } finally {
      Extensions.use(before);
    }
    assertEquals(200, answer(request).statusCode());
  }

  private HttpRequest.Builder ofJob(String id, String what) {
    int port = cluster.coordinator().httpAddress().getPort();
    return HttpRequest.newBuilder(
            URI.create("http://127.0.0.1:%d/api/v1/jobs/%s/%s".formatted(port, id, what)))
        .timeout(Duration.ofSeconds(60));
  }

  private static HttpResponse<String> answer(HttpRequest request) throws Exception {
    return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
  }

  private static WorkerHello without(WorkerHello hello, String extension) {
    return hello(hello, hello.fingerprint().replaceFirst(" " + extension + "=\\w+", ""));
  }

  private static WorkerHello hello(WorkerHello real, String fingerprint) {
    return new WorkerHello(
        real.protocolVersion(),
        real.messageTable(),
        fingerprint,
        real.worker(),
        real.host(),
        real.threads(),
        real.heapBytes());
  }
}
