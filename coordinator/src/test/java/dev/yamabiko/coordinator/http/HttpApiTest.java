package dev.yamabiko.coordinator.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.ModelProto;
import akka.http.javadsl.model.StatusCodes;
import dev.yamabiko.coordinator.CoordinatorSettings;
import dev.yamabiko.coordinator.JobDescription;
import dev.yamabiko.coordinator.JobStatus;
import dev.yamabiko.coordinator.Seat;
import dev.yamabiko.coordinator.access.HttpAccess;
import dev.yamabiko.data.ContentHash;
import dev.yamabiko.model.CanonicalJson;
import dev.yamabiko.model.Safetensors;
import dev.yamabiko.model.SafetensorsFile;
import dev.yamabiko.nn.Dense;
import dev.yamabiko.nn.Initializer;
import dev.yamabiko.nn.Network;
import dev.yamabiko.tensor.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpApiTest {

  static final String SPIRALS =
      """
      name = spirals
      data.train.builtin { name = spirals, examples = 40 }
      model = [ { dense { units = 3 } } ], loss = softmax-cross-entropy
      optimizer { sgd { learning-rate = 0.1 } }
      batch-size = 32, shards = 2, epochs = 1
      """;

  @TempDir Path data;
  private Api api;

  @BeforeEach
  void bind() throws Exception {
    api = new Api(data, List.of(), 1 << 20);
  }

  @AfterEach
  void close() {
    api.close();
  }

  @Test
  void shouldQueueAGoodJob() throws Exception {
    HttpResponse<String> response = api.post("/api/v1/jobs", SPIRALS);
    assertEquals(201, response.statusCode(), response.body());
    assertEquals("{\"id\":\"spirals-1\"}\n", response.body());
    assertEquals("/api/v1/jobs/spirals-1", response.headers().firstValue("Location").orElseThrow());
    assertEquals("spirals", api.coordinator.submitted.take().name());
  }

  @Test
  void shouldTakeJson() throws Exception {
    String json =
        """
        {"name": "j", "data": {"train": {"builtin": {"name": "spirals", "examples": 40}}},
         "model": [{"dense": {"units": 3}}], "loss": "softmax-cross-entropy",
         "optimizer": {"sgd": {}}, "batch-size": 32, "epochs": 1}\
        """;
    HttpResponse<String> response =
        api.send(
            api.request("/api/v1/jobs")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(json)));
    assertEquals(201, response.statusCode(), response.body());
  }

  @Test
  void shouldSayWhatCheckSaysOfAWrongJob() throws Exception {
    String unknown = Api.problem(400, api.post("/api/v1/jobs", SPIRALS.replace("epochs", "epoks")));
    assertTrue(unknown.startsWith("job:5: epoks: unknown key; did you mean \"epochs\"?"), unknown);
    String unfit =
        Api.problem(400, api.post("/api/v1/jobs", SPIRALS.replace("units = 3", "units = 4")));
    assertTrue(unfit.contains("[3]") && unfit.contains("[4]"), unfit);
    assertTrue(api.coordinator.submitted.isEmpty());
  }

  @Test
  void shouldRefuseAModelThatTheHeapCannotHold() throws Exception {
    String layers = "{ dense { units = 46000 } }, { dense { units = 46000 } }, ";
    String large = SPIRALS.replace("sgd { learning-rate = 0.1 }", "adam {}");
    large = large.replace("model = [ ", "model = [ " + layers);
    String detail = Api.problem(507, api.post("/api/v1/jobs", large));
    assertTrue(
        detail.startsWith(
            "the coordinator cannot hold this job: not enough memory: the job needs about "),
        detail);
    assertTrue(api.coordinator.submitted.isEmpty());
  }

  @ParameterizedTest
  @ValueSource(strings = {"include \"/etc/passwd\"\n", "seed = ${HOME}\n", "", "\u0000", "}"})
  void shouldRefuseWhatIsNoJobOfItsOwn(String text) throws Exception {
    String body = text.isEmpty() ? text : text + SPIRALS;
    String detail = Api.problem(400, api.post("/api/v1/jobs", body));
    assertTrue(detail.startsWith("job"), detail);
  }

  @Test
  void shouldSayThatEnvironmentVariablesAreNotRead() throws Exception {
    String job = SPIRALS.replace("epochs = 1", "epochs = ${?HOME}");
    String detail = Api.problem(400, api.post("/api/v1/jobs", job));
    assertTrue(
        detail.endsWith(
            "epochs: expected an integer of at least 1 but it is missing; ${?HOME} has been left"
                + " out: it is not a key of this job, and environment variables are not read here"),
        detail);
    String kept = SPIRALS.replace("epochs = 1", "epochs = ${?shards}");
    assertEquals(201, api.post("/api/v1/jobs", kept).statusCode());
  }

  @Test
  void shouldRefuseAJobThatGrowsWithoutBound() throws Exception {
    StringBuilder bomb = new StringBuilder("a0 = xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n");
    for (int i = 1; i < 40; i++) {
      bomb.append("a%d = ${a%d}${a%d}\n".formatted(i, i - 1, i - 1));
    }
    String detail = Api.problem(400, api.post("/api/v1/jobs", bomb + SPIRALS));
    assertTrue(detail.contains("78 substitutions"), detail);
    String added = SPIRALS + "\na += 1".repeat(100);
    detail = Api.problem(400, api.post("/api/v1/jobs", added));
    assertTrue(detail.contains("found 100 substitutions ${...} and additions +="), detail);
  }

  @Test
  void shouldRefuseAJobThatIsPiecedTogetherFromTooManyParts() throws Exception {
    String words = "name = " + "of workers ".repeat(800) + "\n";
    String detail = Api.problem(400, api.post("/api/v1/jobs", words + SPIRALS));
    assertTrue(detail.endsWith("but found values of too many parts side by side"), detail);
  }

  @Test
  void shouldReplaceSubstitutionsOfAHarmlessJob() throws Exception {
    String job = SPIRALS.replace("shards = 2", "shards = ${epochs}");
    assertEquals(201, api.post("/api/v1/jobs", job).statusCode());
    assertEquals(1, api.coordinator.submitted.take().shards());
  }

  @Test
  void shouldRefuseAJobThatIsTooLarge() throws Exception {
    String detail = Api.problem(413, api.post("/api/v1/jobs", "#".repeat(101 << 10)));
    assertTrue(detail.contains("100 KiB"), detail);
    HttpResponse<String> chunked =
        api.send(
            api.request("/api/v1/jobs")
                .POST(
                    BodyPublishers.fromPublisher(BodyPublishers.ofByteArray(new byte[101 << 10]))));
    Api.problem(413, chunked);
  }

  @Test
  void shouldRefuseALargeBodyWithoutReadingIt() throws Exception {
    String head = "POST /api/v1/jobs HTTP/1.1\r\nHost: here\r\nContent-Length: 1000000000\r\n\r\n";
    assertTrue(raw(head).startsWith("HTTP/1.1 413 "));
  }

  /** What comes back for these bytes, up to the end of the first line. */
  private String raw(String bytes) throws Exception {
    try (Socket socket = new Socket("127.0.0.1", api.port())) {
      socket.setSoTimeout(30_000);
      OutputStream out = socket.getOutputStream();
      out.write(bytes.getBytes(StandardCharsets.ISO_8859_1));
      out.flush();
      InputStream in = socket.getInputStream();
      StringBuilder answer = new StringBuilder();
      for (int b = in.read(); b >= 0 && answer.indexOf("\r\n\r\n") < 0; b = in.read()) {
        answer.append((char) b);
      }
      return answer.toString();
    }
  }

  @Test
  void shouldAnswerMalformedRequestsWithAProblem() throws Exception {
    for (String bytes :
        List.of(
            "GET /%zz HTTP/1.1\r\nHost: here\r\n\r\n",
            "GET /" + "x".repeat(3000) + " HTTP/1.1\r\nHost: here\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: here\r\nBig: " + "x".repeat(9000) + "\r\n\r\n",
            "NONSENSE-NONSENSE-NONSENSE / HTTP/1.1\r\n\r\n")) {
      String answer = raw(bytes);
      assertTrue(answer.matches("(?s)HTTP/1.1 [45]\\d\\d .*"), answer);
      assertTrue(answer.contains("application/problem+json"), answer);
      assertTrue(answer.contains("X-Content-Type-Options: nosniff"), answer);
    }
  }

  @Test
  void shouldRefuseOtherMediaTypes() throws Exception {
    String detail =
        Api.problem(
            415,
            api.send(
                api.request("/api/v1/jobs")
                    .header("Content-Type", "image/png")
                    .POST(BodyPublishers.ofString(SPIRALS))));
    assertTrue(detail.contains("image/png"), detail);
  }

  @Test
  void shouldRefusePagesOfOtherSites() throws Exception {
    Api.problem(
        403,
        api.send(
            api.request("/api/v1/jobs")
                .header("Origin", "http://evil.example")
                .POST(BodyPublishers.ofString(SPIRALS))));
    assertEquals(
        201,
        api.send(
                api.request("/api/v1/jobs")
                    .header("Origin", "http://127.0.0.1:" + api.port())
                    .POST(BodyPublishers.ofString(SPIRALS)))
            .statusCode());
  }

  /** Other ports of this machine are of the same site, and may be anybody's. */
  @ParameterizedTest
  @ValueSource(strings = {"cross-site", "same-site"})
  void shouldGivePagesOfOtherSitesNothing(String site) throws Exception {
    for (String path : List.of("/api/v1/jobs", "/metrics", "/")) {
      Api.problem(403, api.send(api.request(path).header("Sec-Fetch-Site", site)));
    }
    // Somebody follows a link.
    HttpRequest.Builder link =
        api.request("/").header("Sec-Fetch-Site", site).header("Sec-Fetch-Mode", "navigate");
    assertEquals(200, api.send(link).statusCode());
    assertEquals(200, api.send(link.copy().header("Sec-Fetch-Dest", "document")).statusCode());
    Api.problem(403, api.send(link.copy().header("Sec-Fetch-Dest", "iframe")));
    Api.problem(403, api.send(link.POST(BodyPublishers.noBody())));
  }

  /** A page whose own name has been given the coordinator's address is of one site with it. */
  @Test
  void shouldNotBeReadByPagesThatNameItOtherwise() throws Exception {
    for (String name : List.of("evil.example:8080", "evil.example.", "127.0.0.1.evil.example")) {
      String answer = raw("GET /api/v1/jobs HTTP/1.1\r\nHost: %s\r\n\r\n".formatted(name));
      assertTrue(answer.startsWith("HTTP/1.1 421 "), answer);
    }
    for (String name : List.of("localhost:1", "127.0.0.1", "[::1]:8080", "coordinator")) {
      String answer = raw("GET /api/v1/jobs HTTP/1.1\r\nHost: %s\r\n\r\n".formatted(name));
      assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
    }
    String probe = raw("GET /health/alive HTTP/1.1\r\nHost: evil.example\r\n\r\n");
    assertTrue(probe.startsWith("HTTP/1.1 200 "), probe);
  }

  /** As in a container, whose loopback is how a cluster forwards a port. */
  @Test
  void shouldListenElsewhereThanTheNodeWhereItIsToldTo() throws Exception {
    CoordinatorSettings settings =
        new CoordinatorSettings(
            "127.0.0.2",
            "0.0.0.0",
            0,
            0,
            0,
            data.resolve("elsewhere"),
            List.of(),
            0,
            0,
            false,
            HttpAccess.open());
    try (Api elsewhere = new Api(settings, "")) {
      assertEquals("http://127.0.0.2:" + elsewhere.port(), elsewhere.url());
      URI loopback = URI.create("http://127.0.0.1:%d/health/alive".formatted(elsewhere.port()));
      assertEquals(200, elsewhere.send(HttpRequest.newBuilder(loopback)).statusCode());
      assertEquals(200, elsewhere.get("/health/alive").statusCode());
    }
  }

  @Test
  void shouldTellBrowsersToRunAndShareNothing() throws Exception {
    for (String path : List.of("/api/v1/jobs", "/api/v1/jobs/none", "/nothing", "/metrics")) {
      var headers = api.get(path).headers();
      assertEquals("nosniff", headers.firstValue("X-Content-Type-Options").orElse(""));
      assertTrue(
          headers
              .firstValue("Content-Security-Policy")
              .orElse("")
              .startsWith("default-src 'none'"));
      assertEquals("same-origin", headers.firstValue("Cross-Origin-Resource-Policy").orElse(""));
      assertEquals("no-referrer", headers.firstValue("Referrer-Policy").orElse(""));
    }
    assertEquals(
        "no-store", api.get("/api/v1/jobs").headers().firstValue("Cache-Control").orElse(""));
  }

  /** Else it would be asked again, and might be done twice. */
  @Test
  void shouldSayWhereNobodyKnowsWhetherAChangeWasMade() throws Exception {
    try (Api late =
        new Api(
            data.resolve("late"),
            List.of(),
            0,
            HttpAccess.open(),
            "yamabiko.http.answer-timeout = 2 s")) {
      late.coordinator.silent = true;
      late.coordinator.jobs.put(
          "b-1", FakeCoordinator.job("b-1", JobStatus.RUNNING, data, Optional.empty()));
      late.coordinator.jobs.put(
          "b-2", FakeCoordinator.job("b-2", JobStatus.FAILED, data, Optional.empty()));
      String why = Api.problem(504, late.post("/api/v1/jobs/b-1/cancel", ""));
      assertTrue(why.contains("may have done what was asked all the same"), why);
      assertEquals(why, Api.problem(504, late.post("/api/v1/jobs/b-2/resume", "")));
      assertEquals(why, Api.problem(504, late.post("/api/v1/jobs", SPIRALS)));
    }
  }

  @Test
  void shouldTakeNoMoreJobsThanItCanKeep() throws Exception {
    api.coordinator.open = JobRoutes.MOST_OPEN - 1;
    assertEquals(201, api.post("/api/v1/jobs", SPIRALS).statusCode());
    api.coordinator.open = JobRoutes.MOST_OPEN;
    String full = Api.problem(429, api.post("/api/v1/jobs", SPIRALS));
    assertTrue(full.startsWith("2,000 jobs have not ended"), full);
    api.coordinator.jobs.put(
        "b-2", FakeCoordinator.job("b-2", JobStatus.FAILED, data, Optional.empty()));
    assertEquals(full, Api.problem(429, api.post("/api/v1/jobs/b-2/resume", "")));
    api.coordinator.jobs.put(
        "b-3", FakeCoordinator.job("b-3", JobStatus.RUNNING, data, Optional.empty()));
    assertEquals(
        "job b-3 cannot be resumed: it is running",
        Api.problem(409, api.post("/api/v1/jobs/b-3/resume", "")));
    api.coordinator.open = JobRoutes.MOST_OPEN - 1;
    assertEquals(200, api.post("/api/v1/jobs/b-2/resume", "").statusCode());
  }

  @ParameterizedTest
  @ValueSource(strings = {"[", "{a=", "a { ", "{\"a\":["})
  void shouldRefuseAJobThatIsTooDeep(String opening) throws Exception {
    String deep = opening.repeat((90 << 10) / opening.length());
    assertEquals(
        "job: expected lists and objects at most 100 deep in each other but found more",
        Api.problem(400, api.post("/api/v1/jobs", deep)));
  }

  @Test
  void shouldShowJobs() throws Exception {
    api.coordinator.jobs.put(
        "digits-1", FakeCoordinator.job("digits-1", JobStatus.RUNNING, data, Optional.empty()));
    String list = api.get("/api/v1/jobs").body();
    assertTrue(list.startsWith("{\"jobs\":[{\"id\":\"digits-1\","), list);
    var job = CanonicalJson.object(api.get("/api/v1/jobs/digits-1").body());
    assertEquals("running", job.get("status"));
    assertEquals(3, job.get("step"));
    assertEquals(10, job.get("steps_total"));
  }

  @Test
  void shouldListJobsPageByPage() throws Exception {
    for (String id : List.of("a-1", "b-2", "c-3")) {
      api.coordinator.jobs.put(
          id, FakeCoordinator.job(id, JobStatus.RUNNING, data, Optional.empty()));
    }
    assertEquals("c-3 b-2 a-1 null", listed("/api/v1/jobs"));
    assertEquals("c-3 b-2 b-2", listed("/api/v1/jobs?limit=2"));
    assertEquals("a-1 null", listed("/api/v1/jobs?limit=2&before=b-2"));
    assertEquals("null", listed("/api/v1/jobs?before=a-1"));
  }

  /** The ids, and what comes next. */
  private String listed(String path) throws Exception {
    Map<String, Object> page = CanonicalJson.object(api.get(path).body());
    StringBuilder ids = new StringBuilder();
    ((List<?>) page.get("jobs"))
        .forEach(job -> ids.append(((Map<?, ?>) job).get("id")).append(' '));
    return ids.append(page.get("next")).toString();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jobs?limit=0",
        "jobs?limit=1001",
        "jobs?limit=x",
        "jobs?limit=",
        "jobs?limit=1&limit=2",
        "jobs?before=nope-1",
        "jobs?befor=a-1",
        "jobs?%zz",
        "jobs/a-1/series?points=9",
        "jobs/a-1/series?points=5001",
        "jobs/a-1/series?point=10"
      })
  void shouldRefuseAQueryThatSaysNothing(String path) throws Exception {
    api.coordinator.jobs.put(
        "a-1", FakeCoordinator.job("a-1", JobStatus.RUNNING, data, Optional.empty()));
    String answer = raw("GET /api/v1/" + path + " HTTP/1.1\r\nHost: here\r\n\r\n");
    assertTrue(answer.startsWith("HTTP/1.1 400 "), answer);
  }

  @Test
  void shouldNameTheKeysThatAQueryMayHave() throws Exception {
    assertEquals(
        "the query of this URL: expected the keys limit, before but found sort",
        Api.problem(400, api.get("/api/v1/jobs?sort=id")));
    assertEquals(
        "limit: expected a whole number from 1 to 1000 but found \"many\"",
        Api.problem(400, api.get("/api/v1/jobs?limit=many")));
    assertEquals(
        "before: there is no job x-9", Api.problem(400, api.get("/api/v1/jobs?before=x-9")));
  }

  @Test
  void shouldRefuseTooManyHeaders() throws Exception {
    String headers = "X-A: b\r\n".repeat(65);
    String answer = raw("GET /api/v1/jobs HTTP/1.1\r\nHost: here\r\n" + headers + "\r\n");
    assertTrue(answer.startsWith("HTTP/1.1 431 "), answer);
  }

  @Test
  void shouldSayThatAChunkIsTooLarge() throws Exception {
    String request =
        "PUT /api/v1/data/%s HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n100001\r\n";
    String answer = raw(request.formatted("0".repeat(64)));
    assertTrue(answer.startsWith("HTTP/1.1 413 "), answer);
  }

  @Test
  void shouldSendCurves() throws Exception {
    api.coordinator.jobs.put(
        "a-1", FakeCoordinator.job("a-1", JobStatus.RUNNING, data, Optional.empty()));
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 100; i++) {
      lines.append("{\"step\":%d,\"epoch\":0,\"train_loss\":1.5}\n".formatted(i));
    }
    Files.writeString(data.resolve("metrics.jsonl"), lines);
    Map<String, Object> few =
        CanonicalJson.object(api.get("/api/v1/jobs/a-1/series?points=10").body());
    assertEquals(99, few.get("last_step"));
    assertEquals(
        List.of(9, 19, 29, 39, 49, 59, 69, 79, 89, 99), ((Map<?, ?>) few.get("steps")).get("step"));
    Map<String, Object> all = CanonicalJson.object(api.get("/api/v1/jobs/a-1/series").body());
    assertEquals(100, ((List<?>) ((Map<?, ?>) all.get("steps")).get("step")).size());
  }

  @Test
  void shouldSendTheJobFileWithTheNamesOfUploads() throws Exception {
    String hash = "ab".repeat(32);
    Path uploads = data.resolve("uploads");
    describe("path = \"%s/%s\"".formatted(uploads, hash), Optional.empty());
    HttpResponse<String> response = api.get("/api/v1/jobs/a-1/file");
    assertEquals("path = \"sha256:%s\"\n".formatted(hash), response.body());
    assertTrue(
        response.headers().firstValue("Content-Type").orElse("").startsWith("application/hocon"));
    describe("", Optional.empty());
    Api.problem(409, api.get("/api/v1/jobs/a-1/file"));
  }

  /** Of a job that has ended it is read when somebody asks for that job. */
  @Test
  void shouldReadTheEvaluationOfAJobThatHasEnded() throws Exception {
    String result = "{\"status\":\"completed\",\"steps\":10,\"evaluation\":%s,\"seconds\":1.5}";
    api.coordinator.jobs.put(
        "a-1",
        FakeCoordinator.job(
            "a-1", JobStatus.COMPLETED, data, Optional.of(result.formatted("null"))));
    Path file = data.resolve("result.json");
    Files.writeString(file, result.formatted("{\"accuracy\":0.5}"));
    String shown = api.get("/api/v1/jobs/a-1").body();
    assertTrue(shown.contains("\"steps\":10,\"evaluation\":{\"accuracy\":0.5},"), shown);
    assertFalse(api.get("/api/v1/jobs").body().contains("evaluation"));
    Files.writeString(file, "nonsense");
    HttpResponse<String> without = api.get("/api/v1/jobs/a-1");
    assertEquals(200, without.statusCode());
    assertEquals(shown.replace("{\"accuracy\":0.5}", "null"), without.body());
  }

  private void describe(String file, Optional<Network> network) {
    api.coordinator.descriptions.put("a-1", new JobDescription("a-1", file, network, data));
  }

  /** Of a model with three inputs and two classes. */
  private static final Map<String, String> METADATA =
      Map.of(
          "format", "yamabiko",
          "job", SPIRALS.replace("units = 3", "units = 2"),
          "input_shape", "[3]",
          "input_columns", "[]",
          "input_scaling", "[]",
          "classes", "[\"a\",\"b\"]");

  private static final String LAYERS =
      "{\"input\":[3],\"layers\":[{\"layer\":1,\"path\":\"0\",\"name\":\"dense 2\","
          + "\"output\":[2],\"parameters\":8,\"frozen\":false}],\"parameters\":8}\n";

  @Test
  void shouldSendLayersOfARunOrOfItsModel() throws Exception {
    Network network = Network.build(Shape.of(3), List.of(new Dense.Spec(2, Initializer.HE)));
    describe("", Optional.of(network));
    assertEquals(LAYERS, api.get("/api/v1/jobs/a-1/layers").body());
    describe("", Optional.empty());
    assertTrue(
        Api.problem(409, api.get("/api/v1/jobs/a-1/layers")).contains("before its data is read"));
    Path model = data.resolve("model.safetensors");
    Files.writeString(model, "nonsense");
    String damaged = Api.problem(507, api.get("/api/v1/jobs/a-1/layers"));
    assertFalse(damaged.contains(data.toString()), damaged);
    Map<String, String> elsewhere = new HashMap<>(METADATA);
    elsewhere.merge("job", "\nextensions.layer.prelu = " + "a".repeat(64), String::concat);
    Safetensors.write(model, network, network.initialWeights(1), elsewhere);
    String missing = Api.problem(409, api.get("/api/v1/jobs/a-1/layers"));
    assertTrue(missing.contains("the extension layer prelu, which is not here"), missing);
    Safetensors.write(model, network, network.initialWeights(1), METADATA);
    assertEquals(LAYERS, api.get("/api/v1/jobs/a-1/layers").body());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/v1/jobs/digits-9/series",
        "/api/v1/jobs/digits-9/file",
        "/api/v1/jobs/digits-9/layers",
        "/api/v1/jobs/digits-9",
        "/api/v1/jobs/digits-9/events",
        "/api/v1/jobs/digits-9/metrics",
        "/api/v1/jobs/digits-9/model",
        "/api/v1/jobs/..%2f..%2fetc",
        "/api/v1/jobs/digits",
        "/api/v1/jobs/digits-1/nothing",
        "/api/v1/jobs/",
        "/api/v2/jobs",
        "/nothing"
      })
  void shouldNotFindWhatIsNotThere(String path) throws Exception {
    Api.problem(404, api.get(path));
  }

  @Test
  void shouldCallAJobByTheNameThatWasAskedFor() throws Exception {
    assertEquals("there is nothing at /v2/jobs", Api.problem(404, api.get("/v2/jobs?q=1")));
    assertEquals("there is no job nope", Api.problem(404, api.get("/api/v1/jobs/nope/model")));
    String lengthy = Api.problem(404, api.get("/api/v1/jobs/%0a" + "x".repeat(200)));
    assertEquals("there is no job ?" + "x".repeat(79) + "...", lengthy);
  }

  @Test
  void shouldNameTheMethodsThatAreAllowed() throws Exception {
    HttpResponse<String> response = api.send(api.request("/api/v1/jobs").DELETE());
    assertEquals("allowed here: GET, POST", Api.problem(405, response));
    assertTrue(response.headers().firstValue("Allow").isPresent());
    Api.problem(405, api.get("/api/v1/jobs/digits-1/cancel"));
    for (String path : List.of("series", "file", "layers")) {
      assertEquals(
          "allowed here: GET", Api.problem(405, api.post("/api/v1/jobs/digits-1/" + path, "")));
    }
  }

  @Test
  void shouldCancelAndResumeWhenThatIsPossible() throws Exception {
    api.coordinator.jobs.put(
        "a-1", FakeCoordinator.job("a-1", JobStatus.RUNNING, data, Optional.empty()));
    api.coordinator.jobs.put(
        "b-2", FakeCoordinator.job("b-2", JobStatus.FAILED, data, Optional.empty()));
    assertEquals(200, api.post("/api/v1/jobs/a-1/cancel", "").statusCode());
    assertEquals(200, api.post("/api/v1/jobs/b-2/resume", "").statusCode());
    assertEquals(
        "job b-2 cannot be cancelled: it is failed",
        Api.problem(409, api.post("/api/v1/jobs/b-2/cancel", "")));
    assertEquals(
        "job a-1 cannot be resumed: it is running",
        Api.problem(409, api.post("/api/v1/jobs/a-1/resume", "")));
    Api.problem(404, api.post("/api/v1/jobs/c-3/cancel", ""));
    Api.problem(404, api.post("/api/v1/jobs/c-3/resume", ""));
  }

  @Test
  void shouldStreamTheModelOfAnEndedJob() throws Exception {
    byte[] model = new byte[300_000];
    new java.util.Random(1).nextBytes(model);
    api.coordinator.jobs.put(
        "a-1", FakeCoordinator.job("a-1", JobStatus.RUNNING, data, Optional.empty()));
    Files.write(data.resolve("model.safetensors"), model);
    assertTrue(Api.problem(409, api.get("/api/v1/jobs/a-1/model")).contains("no model yet"));
    api.coordinator.jobs.put(
        "a-1", FakeCoordinator.job("a-1", JobStatus.COMPLETED, data, Optional.empty()));
    HttpResponse<byte[]> response =
        api.client.send(api.request("/api/v1/jobs/a-1/model").build(), BodyHandlers.ofByteArray());
    assertEquals(200, response.statusCode());
    assertArrayEquals(model, response.body());
  }

  @Test
  void shouldSayWhereAModelIsFromBeforeTheJobWasResumed() throws Exception {
    endedJob();
    assertEquals("", modelIs(JobStatus.COMPLETED, Optional.empty())); // its result has been lost
    assertEquals("", modelIs(JobStatus.CANCELLED, Optional.of("{\"weights_sha256\":\"f00d\"}")));
    assertEquals("earlier", modelIs(JobStatus.FAILED, Optional.of("{\"weights_sha256\":null}")));
    assertEquals("earlier", modelIs(JobStatus.FAILED, Optional.empty()));
  }

  private String modelIs(JobStatus status, Optional<String> result) throws Exception {
    api.coordinator.jobs.put("a-1", FakeCoordinator.job("a-1", status, data, result));
    HttpResponse<String> response = api.get("/api/v1/jobs/a-1/model");
    assertEquals(200, response.statusCode());
    return response.headers().firstValue("X-Yamabiko-Model").orElse("");
  }

  @Test
  void shouldNameUploadsInADownloadedModelAsTheUserDid() throws Exception {
    String file = "ab".repeat(32);
    String tree = "cd".repeat(32);
    Path uploads = data.resolve("uploads");
    String job =
        "path = \"%s\", directory = \"%s\""
            .formatted(uploads.resolve(file), uploads.resolve("trees").resolve(tree));
    Path model = data.resolve("model.safetensors");
    Network network = Network.build(Shape.of(3), List.of(new Dense.Spec(2, Initializer.HE)));
    Safetensors.write(model, network, network.initialWeights(1), Map.of("job", job));
    api.coordinator.jobs.put(
        "a-1", FakeCoordinator.job("a-1", JobStatus.COMPLETED, data, Optional.empty()));
    Path downloaded = data.resolve("downloaded.safetensors");
    api.client.send(api.request("/api/v1/jobs/a-1/model").build(), BodyHandlers.ofFile(downloaded));
    try (SafetensorsFile opened = SafetensorsFile.open(downloaded)) {
      assertEquals(
          "path = \"sha256:%s\", directory = \"tree:%s\"".formatted(file, tree),
          opened.metadata().get("job"));
    }
  }

  /** A job that has ended, and its model before training. */
  private Path endedJob() throws IOException {
    Path model = data.resolve("model.safetensors");
    Network network = Network.build(Shape.of(3), List.of(new Dense.Spec(2, Initializer.HE)));
    Safetensors.write(model, network, network.initialWeights(1), METADATA);
    api.coordinator.jobs.put(
        "a-1", FakeCoordinator.job("a-1", JobStatus.COMPLETED, data, Optional.empty()));
    return model;
  }

  @Test
  void shouldMakeAModelToOnnxAndLeaveNothingBehind() throws Exception {
    endedJob();
    for (int i = 0; i < 2; i++) {
      HttpResponse<byte[]> response =
          api.client.send(
              api.request("/api/v1/jobs/a-1/model?format=onnx").build(),
              BodyHandlers.ofByteArray());
      assertEquals(200, response.statusCode());
      assertEquals(
          "attachment; filename=\"a-1.onnx\"",
          response.headers().firstValue("Content-Disposition").orElse(""));
      ModelProto model = ModelProto.parseFrom(response.body());
      assertEquals("probabilities", model.getGraph().getOutput(0).getName());
    }
    try (Stream<Path> files = Files.list(data)) {
      assertEquals(List.of(), files.filter(file -> file.toString().contains("onnx")).toList());
    }
  }

  @Test
  void shouldKnowTheFormatsOfAModel() throws Exception {
    Path model = endedJob();
    HttpResponse<byte[]> plain =
        api.client.send(
            api.request("/api/v1/jobs/a-1/model?format=safetensors").build(),
            BodyHandlers.ofByteArray());
    assertArrayEquals(Files.readAllBytes(model), plain.body());
    assertEquals(
        "format: expected safetensors or onnx but found \"pickle\"",
        Api.problem(400, api.get("/api/v1/jobs/a-1/model?format=pickle")));
    assertEquals(
        "the query of this URL: expected the keys format but found frmat",
        Api.problem(400, api.get("/api/v1/jobs/a-1/model?frmat=onnx")));
  }

  @Test
  void shouldSayThatAModelIsDamagedInsteadOfMakingItToOnnx() throws Exception {
    Path model = endedJob();
    byte[] bytes = Files.readAllBytes(model);
    bytes[bytes.length - 1] ^= 1;
    Files.write(model, bytes);
    String detail = Api.problem(507, api.get("/api/v1/jobs/a-1/model?format=onnx"));
    assertEquals("the model of a-1 cannot be read; the coordinator's log says more", detail);
  }

  @Test
  void shouldSayThatTheDataDirectoryHasBeenRemoved() throws Exception {
    assertEquals(200, api.get("/api/v1/jobs").statusCode());
    UploadStore.remove(data.resolve("uploads"));
    String sha256 = ContentHash.of("hello");
    for (HttpResponse<String> response :
        List.of(
            api.get("/health/ready"),
            api.post("/api/v1/jobs", SPIRALS),
            api.put(sha256, "hello".getBytes(StandardCharsets.UTF_8)))) {
      assertEquals(
          "the coordinator's data directory has been removed; the coordinator must be started"
              + " again",
          Api.problem(503, response));
    }
    assertEquals(200, api.get("/health/alive").statusCode());
    assertEquals(200, api.get("/api/v1/jobs").statusCode());
  }

  @Test
  void shouldSayWhyFilesCannotBeWritten() throws Exception {
    assertEquals(200, api.get("/api/v1/jobs").statusCode());
    UploadStore.remove(data.resolve("uploads/incoming"));
    String sha256 = ContentHash.of("hello");
    assertEquals(
        "the coordinator's files cannot be read or written: the directory does not exist (any"
            + " more)",
        Api.problem(507, api.put(sha256, "hello".getBytes(StandardCharsets.UTF_8))));
  }

  @Test
  void shouldStreamMetrics() throws Exception {
    api.coordinator.jobs.put(
        "a-1", FakeCoordinator.job("a-1", JobStatus.RUNNING, data, Optional.empty()));
    assertEquals("", api.get("/api/v1/jobs/a-1/metrics").body());
    String lines = "{\"step\":1}\n".repeat(20_000);
    Files.writeString(data.resolve("metrics.jsonl"), lines);
    HttpResponse<String> response = api.get("/api/v1/jobs/a-1/metrics");
    assertEquals(lines, response.body());
    assertTrue(
        response.headers().firstValue("Content-Type").orElse("").contains("application/x-ndjson"));
  }

  @Test
  void shouldListWorkers() throws Exception {
    assertEquals(
        "{\"workers\":[{\"name\":\"one\",\"host\":\"10.0.0.1\",\"threads\":4,"
            + "\"heap_bytes\":1073741824,\"build\":\"unknown\",\"fingerprint\":\"f00d\","
            + "\"registered\":\"1970-01-01T00:00:00Z\",\"job\":\"digits-1\","
            + "\"samples_per_second\":2.5,\"reissued\":3,\"bytes_up\":10,\"bytes_down\":20}],"
            + "\"parameters\":[{\"name\":\"p\",\"host\":\"10.0.0.2\",\"threads\":2,"
            + "\"heap_bytes\":1073741824,\"build\":\"unknown\",\"registered\":\"1970-01-01T00:00:00Z\"}],\"coordinator\":{\"host\":\"10.0.0.5\",\"bulk_port\":2552,\"fingerprint\":\"f00d\"}}\n",
        api.get("/api/v1/workers").body());
  }

  /** As some load balancers and monitors ask. */
  @Test
  void shouldTellWhetherItIsReadyWithoutWords() throws Exception {
    for (String path : List.of("/health/alive", "/health/ready")) {
      HttpRequest.Builder head = api.request(path).method("HEAD", BodyPublishers.noBody());
      assertEquals(200, api.send(head).statusCode());
    }
    assertEquals("allowed here: GET, HEAD", Api.problem(405, api.post("/health/ready", "")));
  }

  @Test
  void shouldTellWhetherItIsReady() throws Exception {
    assertEquals(200, api.get("/health/ready").statusCode());
    api.seat = new Seat.Vacant();
    Api.problem(503, api.get("/health/ready"));
    assertEquals(200, api.get("/health/alive").statusCode());
  }

  @Test
  void shouldSendNobodyAgainWhoseJobMayHaveBeenAccepted() {
    Throwable late = new CompletionException(new TimeoutException("akka://user"));
    Problem inDoubt = Failures.ofOnce(late);
    assertEquals(StatusCodes.GATEWAY_TIMEOUT, inDoubt.status());
    assertTrue(inDoubt.detail().endsWith("look at the list of jobs before you ask again"));
    assertEquals(
        StatusCodes.BAD_REQUEST, Failures.ofOnce(Problem.badRequest("x").exception()).status());
  }

  @Test
  void shouldNotShowWhatWentWrongInside() {
    Problem late = Failures.of(new CompletionException(new TimeoutException("akka://user")));
    assertEquals(StatusCodes.SERVICE_UNAVAILABLE, late.status());
    Problem internal = Failures.of(new IllegalStateException("/srv/secret"));
    assertEquals(StatusCodes.INTERNAL_SERVER_ERROR, internal.status());
    assertFalse((late.detail() + internal.detail()).matches(".*(akka|secret).*"));
  }
}
