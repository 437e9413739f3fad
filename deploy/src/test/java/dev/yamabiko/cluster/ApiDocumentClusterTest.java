package dev.yamabiko.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.yamabiko.data.ContentHash;
import io.swagger.v3.parser.OpenAPIV3Parser;
import io.swagger.v3.parser.core.models.SwaggerParseResult;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code /api/openapi.json} says what a coordinator with workers answers, and all of it. */
@Tag("cluster")
@Timeout(600)
class ApiDocumentClusterTest {

  private static final JsonMapper JSON = new JsonMapper();

  /** Of steps that go too far, so that the run goes back. */
  private static final String DIVERGING =
      """
      name = diverging
      data.train.builtin { name = sine, examples = 256 }
      model = [ { dense { units = 8 } }, { dense { units = 1 } } ]
      loss = half-squared-error
      optimizer { sgd { learning-rate = 30 } }
      batch-size = 64, shards = 4, epochs = 6
      checkpoint.every-steps = 2
      on-divergence { rollback { factor = 1e-4 } }
      """;

  private static final String REGRESSION =
      """
      name = sine
      data { train { builtin { name = sine, examples = 200 } }, validation.fraction = 0.2 }
      model = [ { dense { units = 8 } }, relu, { dense { units = 1 } } ]
      loss = half-squared-error
      optimizer { sgd { learning-rate = 0.1 } }
      clipping { global-norm = 1 }
      batch-size = 32, shards = 4, epochs = 2
      """;

  private static final String JOB = "/api/v1/jobs/{id}";
  private static final String UPLOAD = "/api/v1/data/{sha256}";
  private static final String CONTENT = "/api/v1/data-roots/content";
  private static final String FILE = "/ui/{file}";
  private static final String SESSION = "/api/v1/session";

  @TempDir private Path directory;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Set<String> answers = new TreeSet<>();
  private final List<String> faults = new ArrayList<>();
  private LocalCluster cluster;
  private ApiDocument document;

  @BeforeEach
  void start() throws Exception {
    Path root = Files.createDirectory(directory.resolve("root"));
    Files.writeString(root.resolve("table.csv"), "a,b\n1,2\n");
    cluster = new LocalCluster(directory, List.of(root));
    document = ApiDocument.parse(get("/api/openapi.json").body());
  }

  @AfterEach
  void end() {
    cluster.close();
  }

  private HttpRequest.Builder request(String path) {
    int port = cluster.coordinator().httpAddress().getPort();
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
        .timeout(Duration.ofSeconds(120));
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return client.send(request(path).build(), BodyHandlers.ofString());
  }

  /**
   * Asks, and judges the answer.
   *
   * @param template of the path in the document
   * @param value in place of its parameter, and what follows the path
   */
  private HttpResponse<String> call(
      int status, String method, String template, String value, HttpRequest.Builder request)
      throws Exception {
    HttpResponse<String> response = client.send(request.build(), BodyHandlers.ofString());
    String operation = method + " " + template;
    assertEquals(status, response.statusCode(), operation + " " + value + ": " + response.body());
    String type = ApiDocument.mediaType(response.headers().firstValue("Content-Type"));
    document
        .faults(operation, status, type, response.body())
        .forEach(fault -> faults.add(operation + " " + status + ": " + fault));
    answers.add(operation + " " + status);
    return response;
  }

  private static String path(String template, String value) {
    int end = value.indexOf('?') < 0 ? value.length() : value.indexOf('?');
    return template.replaceFirst("\\{\\w+}", Matcher.quoteReplacement(value.substring(0, end)))
        + value.substring(end);
  }

  private HttpResponse<String> get(int status, String template, String value) throws Exception {
    return call(status, "GET", template, value, request(path(template, value)));
  }

  private void head(int status, String template, String value) throws Exception {
    HttpRequest.Builder request = request(path(template, value));
    call(status, "HEAD", template, value, request.method("HEAD", BodyPublishers.noBody()));
  }

  private void post(int status, String template, String value) throws Exception {
    HttpRequest.Builder request = request(path(template, value));
    call(status, "POST", template, value, request.POST(BodyPublishers.noBody()));
  }

  private HttpResponse<String> submit(int status, String job, String... headers) throws Exception {
    HttpRequest.Builder request =
        request("/api/v1/jobs").POST(BodyPublishers.ofString(job, StandardCharsets.UTF_8));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return call(status, "POST", "/api/v1/jobs", "", request);
  }

  private void predict(int status, String id, String body, String... headers) throws Exception {
    String template = JOB + "/predict";
    HttpRequest.Builder request = request(path(template, id)).POST(BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    call(status, "POST", template, id, request);
  }

  private String submitted(String job) throws Exception {
    return JSON.readTree(submit(201, job).body()).get("id").textValue();
  }

  private void upload(int status, String sha256, String text, String... headers) throws Exception {
    HttpRequest.Builder request = request(path(UPLOAD, sha256)).PUT(BodyPublishers.ofString(text));
    if (headers.length > 0) {
      request.headers(headers);
    }
    call(status, "PUT", UPLOAD, sha256, request);
  }

  /** Asks for all that there is to be had of a job. */
  private void look(String id) throws Exception {
    get(200, JOB, id);
    for (String part : List.of("file", "metrics", "series", "timeline", "notices")) {
      get(200, JOB + "/" + part, id);
    }
  }

  private void callJobs() throws Exception {
    String waiting = submitted(SmallJob.of(1).with("workers { min = 2 }").text());
    look(waiting);
    get(409, JOB + "/layers", waiting);
    get(409, JOB + "/model", waiting);
    get(409, JOB + "/inputs", waiting);
    predict(409, waiting, "{}");
    post(409, JOB + "/resume", waiting);
    post(200, JOB + "/cancel", waiting);
    look(waiting);
    post(409, JOB + "/cancel", waiting);
    post(200, JOB + "/resume", waiting);
    cluster.join("one", "two");
    String events = get(200, JOB + "/events", waiting + "?from_step=3").body();
    for (String kind : List.of("status", "step", "timing", "epoch", "notice", "end")) {
      assertTrue(events.contains("\nevent: " + kind + "\n"), kind + " in " + events);
    }
    look(waiting);
    get(200, JOB + "/layers", waiting);
    get(200, JOB + "/model", waiting);
    get(200, JOB + "/inputs", waiting);
    predict(200, waiting, "{\"inputs\":[%s]}".formatted(Arrays.toString(new int[28 * 28])));
    predict(400, waiting, "{}");
    predict(403, waiting, "{}", "Origin", "http://elsewhere.example");
    predict(415, waiting, "{}", "Content-Type", "text/html");
    get(200, JOB + "/model", waiting + "?format=onnx");
    String back = submitted(DIVERGING);
    assertTrue(get(200, JOB + "/events", back).body().contains("\nevent: rollback\n"));
    look(back);
    String regression = submitted(REGRESSION);
    get(200, JOB + "/events", regression);
    look(regression);
    get(200, JOB + "/inputs", regression);
    predict(200, regression, "{\"inputs\":[[0.5]]}");
  }

  private void callListsOfJobs() throws Exception {
    get(200, "/api/v1/jobs", "?limit=1");
    get(200, "/api/v1/jobs", "");
    get(400, "/api/v1/jobs", "?limit=0");
    String none = "digits-99";
    get(404, JOB, none);
    for (String part :
        List.of(
            "file",
            "layers",
            "model",
            "inputs",
            "events",
            "metrics",
            "series",
            "timeline",
            "notices")) {
      get(404, JOB + "/" + part, none);
    }
    predict(404, none, "{}");
    post(404, JOB + "/cancel", none);
    post(404, JOB + "/resume", none);
    get(400, JOB + "/series", none + "?points=1");
    get(400, JOB + "/model", none + "?format=pickle");
    get(400, JOB + "/events", none + "?from_step=x");
    submit(400, "name = nothing");
    submit(403, "", "Origin", "http://elsewhere.example");
    submit(413, "#".repeat(101 << 10));
    submit(415, "", "Content-Type", "image/png");
  }

  private void callData() throws Exception {
    String text = "a,b\n3,4\n";
    String hash = ContentHash.of(text);
    head(404, UPLOAD, hash);
    upload(400, hash, "another text");
    upload(201, hash, text);
    upload(200, hash, text);
    upload(403, hash, text, "Origin", "http://elsewhere.example");
    head(200, UPLOAD, hash);
    get(200, "/api/v1/data-roots", "");
    get(200, CONTENT, "?path=" + directory.resolve("root").resolve("table.csv"));
    get(404, CONTENT, "?path=/etc/passwd");
  }

  private void callNodes() throws Exception {
    get(200, "/api/v1/workers", "");
    get(200, "/api/openapi.json", "");
    get(200, "/health/alive", "");
    get(200, "/health/ready", "");
    head(200, "/health/alive", "");
    head(200, "/health/ready", "");
    get(200, "/metrics", "");
    String open = "application/openmetrics-text";
    call(200, "GET", "/metrics", "", request("/metrics").header("Accept", open));
    HttpResponse<String> page = get(200, "/", "");
    head(200, "/", "");
    String tag = page.headers().firstValue("ETag").orElseThrow();
    call(304, "GET", "/", "", request("/").header("If-None-Match", tag));
    Matcher file = Pattern.compile("\"/?ui/([^\"]+\\.(?:css|js|svg))\"").matcher(page.body());
    assertTrue(file.find(), page.body());
    String name = file.group(1);
    HttpResponse<String> found = get(200, FILE, name);
    String mark = found.headers().firstValue("ETag").orElseThrow();
    call(304, "GET", FILE, name, request("/ui/" + name).header("If-None-Match", mark));
    head(200, FILE, name);
    get(404, FILE, "none.css");
    head(404, FILE, "none.css");
  }

  private void callSession() throws Exception {
    get(200, SESSION, "");
    call(409, "POST", SESSION, "", request(SESSION).POST(BodyPublishers.ofString("{}")));
    call(204, "DELETE", SESSION, "", request(SESSION).DELETE());
  }

  @Test
  void shouldAnswerAsTheDocumentSays() throws Exception {
    callNodes();
    callSession();
    callData();
    callJobs();
    callListsOfJobs();
    assertEquals(List.of(), faults);
    Set<String> named = document.answers();
    // This coordinator has no tokens.
    assertTrue(named.remove("POST " + SESSION + " 200"));
    // It takes 20 GiB of uploads.
    assertTrue(named.remove("PUT " + UPLOAD + " 413"));
    // A body of 8 MiB is refused unread, which a client that is still sending may not hear.
    assertTrue(named.remove("POST " + JOB + "/predict 413"));
    assertEquals(named, answers);
  }

  @Test
  void shouldTakeTheMethodsThatTheDocumentNames() throws Exception {
    for (String template : document.paths()) {
      String path =
          template
              .replace("{id}", "digits-1")
              .replace("{sha256}", "ab".repeat(32))
              .replace("{file}", "css/page.css");
      Set<String> methods = document.methods(template);
      for (String method : List.of("GET", "HEAD", "PUT", "POST", "DELETE", "PATCH")) {
        if (!methods.contains(method)) {
          HttpResponse<String> response =
              client.send(
                  request(path + "?path=x").method(method, BodyPublishers.noBody()).build(),
                  BodyHandlers.ofString());
          assertEquals(405, response.statusCode(), method + " " + path);
          String allow = response.headers().firstValue("Allow").orElse("");
          assertEquals(methods, new TreeSet<>(List.of(allow.split(", *"))), method + " " + path);
        }
      }
    }
  }

  @Test
  void shouldHoldWhatTheGuideLists() throws Exception {
    Set<String> listed = new TreeSet<>();
    Pattern row = Pattern.compile("^\\| \\[?`([A-Z]+ /[^`?]*)[?`].*");
    for (String line : Files.readAllLines(Path.of("../docs/http.md"))) {
      Matcher operation = row.matcher(line);
      if (operation.matches()) {
        listed.add(operation.group(1).replace("ID", "{id}").replace("SHA256", "{sha256}"));
      }
    }
    Set<String> operations = new TreeSet<>(document.operations());
    // The guide says in a sentence that these are there.
    operations.removeAll(Set.of("HEAD /", "GET " + FILE, "HEAD " + FILE));
    operations.removeAll(Set.of("HEAD /health/alive", "HEAD /health/ready"));
    assertEquals(operations, listed);
  }

  @Test
  void shouldBeAValidDocumentWithExamplesThatFit() throws Exception {
    assertEquals(List.of(), document.wrongExamples());
    SwaggerParseResult parsed = new OpenAPIV3Parser().readContents(get("/api/openapi.json").body());
    assertEquals(List.of(), parsed.getMessages());
    assertEquals(document.paths(), new TreeSet<>(parsed.getOpenAPI().getPaths().keySet()));
  }
}
