package dev.yamabiko.coordinator.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import akka.actor.testkit.typed.javadsl.TestProbe;
import dev.yamabiko.coordinator.JobStatus;
import dev.yamabiko.coordinator.Seat;
import dev.yamabiko.coordinator.access.HttpAccess;
import dev.yamabiko.coordinator.access.Role;
import dev.yamabiko.coordinator.access.Token;
import dev.yamabiko.coordinator.access.Tokens;
import dev.yamabiko.model.CanonicalJson;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A coordinator that has tokens, and who may what. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AccessTest {

  private static final String JOB = HttpApiTest.SPIRALS;

  @TempDir private static Path data;
  private final Map<Role, String> tokens =
      Map.of(Role.READ, Token.random(), Role.SUBMIT, Token.random(), Role.ADMIN, Token.random());
  private Path file;
  private Api api;

  @BeforeAll
  void bind() throws Exception {
    file = data.resolve("tokens.conf");
    StringBuilder text = new StringBuilder("tokens = [\n");
    tokens.forEach(
        (role, token) ->
            text.append(Token.of("a-" + role.text(), role, token).entry()).append('\n'));
    Files.writeString(file, text + "]\n");
    api = api(data.resolve("active"));
  }

  private Api api(Path directory) throws Exception {
    HttpAccess access =
        new HttpAccess(Optional.of(Tokens.of(file)), Optional.empty(), false, List.of());
    return new Api(Files.createDirectories(directory), List.of(), 1 << 20, access);
  }

  @BeforeEach
  void begin() {
    api.coordinator.jobs.put(
        "a-1",
        FakeCoordinator.job(
            "a-1", Optional.of("a-submit"), JobStatus.RUNNING, data, Optional.empty()));
  }

  @AfterAll
  void close() {
    api.close();
  }

  private HttpRequest.Builder request(String method, String path) {
    return api.request(path)
        .method(
            method, method.equals("GET") ? BodyPublishers.noBody() : BodyPublishers.ofString(JOB));
  }

  private HttpRequest.Builder as(Role role, HttpRequest.Builder request) {
    return request.setHeader("Authorization", "Bearer " + tokens.get(role));
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /api/v1/jobs, READ",
    "GET, /api/v1/jobs/a-1, READ",
    "GET, /api/v1/jobs/a-1/events, READ",
    "GET, /api/v1/workers, READ",
    "GET, /metrics, READ",
    "GET, /api/v1/jobs/a-1/model, SUBMIT",
    "GET, /api/v1/data-roots, SUBMIT",
    "POST, /api/v1/jobs, SUBMIT",
    "POST, /api/v1/jobs/a-1/cancel, SUBMIT",
    "POST, /api/v1/jobs/a-1/resume, SUBMIT",
    "POST, /api/v1/jobs/a-1/predict, SUBMIT",
    "PUT, /api/v1/data/00, SUBMIT",
    "GET, /api/v1/jobs/a-1%2Fmodel/x, ADMIN",
    "GET, /api/v1/nothing, ADMIN",
    "DELETE, /api/v1/jobs/a-1, ADMIN"
  })
  void shouldTakeTheRoleOfAnOperationAndNoLess(String method, String path, Role needed)
      throws Exception {
    HttpResponse<String> nobody = api.send(request(method, path));
    assertTrue(Api.problem(401, nobody).contains("expects a token"));
    assertEquals(Optional.of("Bearer realm=\"yamabiko\""), challenge(nobody));
    for (Role role : Role.values()) {
      HttpResponse<InputStream> response =
          api.client.send(as(role, request(method, path)).build(), BodyHandlers.ofInputStream());
      response.body().close();
      assertEquals(
          role.includes(needed), response.statusCode() != 403 && response.statusCode() != 401);
      if (!role.includes(needed)) {
        assertEquals(
            Optional.of(
                "Bearer realm=\"yamabiko\", error=\"insufficient_scope\", scope=\"%s\""
                    .formatted(needed.text())),
            challenge(response));
      }
    }
  }

  private static Optional<String> challenge(HttpResponse<?> response) {
    return response.headers().firstValue("WWW-Authenticate");
  }

  @Test
  void shouldSayWhichRoleIsMissing() throws Exception {
    assertEquals(
        "a-read has the role read; this takes the role submit",
        Api.problem(403, api.send(as(Role.READ, request("POST", "/api/v1/jobs")))));
  }

  @Test
  void shouldLeaveAJobToItsOwnerAndAdministrators() throws Exception {
    api.coordinator.jobs.put(
        "b-1",
        FakeCoordinator.job("b-1", Optional.of("ann"), JobStatus.RUNNING, data, Optional.empty()));
    api.coordinator.jobs.put(
        "c-1", FakeCoordinator.job("c-1", JobStatus.FAILED, data, Optional.empty()));
    HttpRequest.Builder cancel = request("POST", "/api/v1/jobs/b-1/cancel");
    HttpResponse<String> others = api.send(as(Role.SUBMIT, cancel));
    assertEquals(
        "a-submit has the role submit, which cancels and resumes its own jobs; job b-1 is ann's, and"
            + " takes the role admin",
        Api.problem(403, others));
    assertEquals(
        Optional.of("Bearer realm=\"yamabiko\", error=\"insufficient_scope\", scope=\"admin\""),
        challenge(others));
    assertEquals(200, api.send(as(Role.ADMIN, cancel)).statusCode());

    HttpRequest.Builder resume = request("POST", "/api/v1/jobs/c-1/resume");
    assertEquals(
        "a-submit has the role submit, which cancels and resumes its own jobs; job c-1 is nobody's,"
            + " and takes the role admin",
        Api.problem(403, api.send(as(Role.SUBMIT, resume))));
    assertEquals(200, api.send(as(Role.ADMIN, resume)).statusCode());
    Api.problem(404, api.send(as(Role.SUBMIT, request("POST", "/api/v1/jobs/d-1/cancel"))));
    // Others' jobs may be looked at.
    assertEquals(200, api.send(as(Role.SUBMIT, request("GET", "/api/v1/jobs/b-1"))).statusCode());
  }

  @Test
  void shouldKeepAJobAsThatOfWhoeverSubmitsIt() throws Exception {
    HttpRequest.Builder submit =
        request("POST", "/api/v1/jobs").header("Content-Type", "application/hocon");
    HttpResponse<String> response = api.send(as(Role.SUBMIT, submit));
    assertEquals(201, response.statusCode(), response.body());
    String id = (String) CanonicalJson.object(response.body()).get("id");
    HttpResponse<String> job = api.send(as(Role.READ, request("GET", "/api/v1/jobs/" + id)));
    assertEquals("a-submit", CanonicalJson.object(job.body()).get("owner"));
    HttpRequest.Builder cancel = request("POST", "/api/v1/jobs/" + id + "/cancel");
    assertEquals(200, api.send(as(Role.SUBMIT, cancel)).statusCode());
  }

  @ParameterizedTest
  @ValueSource(strings = {"Bearer wrong", "Bearer ", "Basic YTpi", "Bearer", "nonsense"})
  void shouldNotKnowWhatIsNoTokenOfItsOwn(String header) throws Exception {
    HttpResponse<String> response =
        api.send(api.request("/api/v1/jobs").header("Authorization", header));
    assertEquals("the coordinator does not know this token", Api.problem(401, response));
    assertTrue(challenge(response).orElse("").endsWith("error=\"invalid_token\""));
  }

  @Test
  void shouldNotLogATokenThatIsWrittenWrongly() throws Exception {
    TestProbe<Object> warnings = api.warnings();
    String header = "Bearer " + tokens.get(Role.SUBMIT) + ";";
    Api.problem(401, api.send(api.request("/api/v1/jobs").header("Authorization", header)));
    warnings.getRef().tell("the last");
    warnings.expectMessage("the last");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/health/alive", "/health/ready", "/", "/ui/app.js", "/api/openapi.json"})
  void shouldBeOpenWhereNothingIsToBeLearned(String path) throws Exception {
    assertEquals(200, api.get(path).statusCode());
  }

  @Test
  void shouldOpenMetricsWhereThatIsWanted() throws Exception {
    HttpAccess access =
        new HttpAccess(Optional.of(Tokens.of(file)), Optional.empty(), true, List.of());
    try (Api open = new Api(data, List.of(), 1 << 20, access)) {
      assertEquals(200, open.get("/metrics").statusCode());
      Api.problem(401, open.get("/api/v1/jobs"));
    }
  }

  // --- The page's session -----------------------------------------------------------------------

  private HttpResponse<String> logIn(Api to, String token) throws Exception {
    return to.send(
        to.request("/api/v1/session")
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(CanonicalJson.of(Map.of("token", token)))));
  }

  private static String cookie(HttpResponse<?> response) {
    return response.headers().firstValue("Set-Cookie").orElseThrow().replaceFirst(";.*", "");
  }

  private HttpRequest.Builder own(HttpRequest.Builder request, Api to, String cookie) {
    return request.header("Cookie", cookie).header("Origin", "http://127.0.0.1:" + to.port());
  }

  @Test
  void shouldKnowAPageOnWhichSomebodyHasLoggedIn() throws Exception {
    HttpResponse<String> in = logIn(api, tokens.get(Role.SUBMIT) + "\n");
    assertEquals(200, in.statusCode(), in.body());
    Map<String, Object> session = CanonicalJson.object(in.body());
    assertEquals("a-submit", session.get("name"));
    assertEquals("submit", session.get("role"));
    String set = in.headers().firstValue("Set-Cookie").orElse("");
    assertTrue(
        set.matches(
            "yamabiko-session=[\\w-]{43}; Max-Age=43200; Path=/; HttpOnly; SameSite=Strict"),
        set);
    String cookie = cookie(in);
    HttpResponse<String> who = api.send(api.request("/api/v1/session").header("Cookie", cookie));
    assertEquals(in.body(), who.body());
    assertEquals(200, api.send(api.request("/api/v1/jobs").header("Cookie", cookie)).statusCode());
    HttpResponse<InputStream> events =
        api.client.send(
            api.request("/api/v1/jobs/a-1/events").header("Cookie", cookie).build(),
            BodyHandlers.ofInputStream());
    assertEquals(200, events.statusCode());
    events.body().close();
    HttpResponse<String> out = api.send(own(api.request("/api/v1/session").DELETE(), api, cookie));
    assertEquals(204, out.statusCode());
    assertTrue(out.headers().firstValue("Set-Cookie").orElse("").contains("Max-Age=0"));
    String ended = Api.problem(401, api.send(api.request("/api/v1/jobs").header("Cookie", cookie)));
    assertEquals("the session has ended; log in again", ended);
  }

  @Test
  void shouldEndTheSessionInWhosePlaceAnotherBegins() throws Exception {
    String first = cookie(logIn(api, tokens.get(Role.READ)));
    HttpResponse<String> again =
        api.send(
            own(api.request("/api/v1/session"), api, first)
                .header("Content-Type", "application/json")
                .POST(
                    BodyPublishers.ofString(
                        CanonicalJson.of(Map.of("token", tokens.get(Role.SUBMIT))))));
    String second = cookie(again);
    assertEquals(200, api.send(api.request("/api/v1/jobs").header("Cookie", second)).statusCode());
    Api.problem(401, api.send(api.request("/api/v1/jobs").header("Cookie", first)));
  }

  @Test
  void shouldNotLetAPageOfAnotherSiteUseTheCookie() throws Exception {
    String cookie = cookie(logIn(api, tokens.get(Role.SUBMIT)));
    String cancel = "/api/v1/jobs/a-1/cancel";
    assertEquals(200, api.send(own(request("POST", cancel), api, cookie)).statusCode());
    // Browsers say from where; what does not say it gets nothing by the cookie.
    Api.problem(403, api.send(request("POST", cancel).header("Cookie", cookie)));
    for (String site : List.of("cross-site", "same-site")) {
      Api.problem(
          403,
          api.send(
              request("POST", cancel).header("Cookie", cookie).header("Sec-Fetch-Site", site)));
    }
    assertEquals(
        200,
        api.send(
                request("POST", cancel)
                    .header("Cookie", cookie)
                    .header("Sec-Fetch-Site", "same-origin"))
            .statusCode());
  }

  @Test
  void shouldRefuseToLogInWithAnythingElse() throws Exception {
    HttpResponse<String> wrong = logIn(api, "wrong");
    assertEquals("the coordinator does not know this token", Api.problem(401, wrong));
    assertTrue(wrong.headers().firstValue("Set-Cookie").isEmpty());
    Api.problem(400, api.post("/api/v1/session", "{\"tokens\": 1}"));
    Api.problem(400, api.post("/api/v1/session", "x"));
    String good = CanonicalJson.of(Map.of("token", tokens.get(Role.READ)));
    Api.problem(400, api.post("/api/v1/session", good + " x"));
    Api.problem(413, api.post("/api/v1/session", "x".repeat(5000)));
    Api.problem(
        401,
        api.send(
            api.request("/api/v1/jobs").header("Cookie", "yamabiko-session=" + "x".repeat(43))));
  }

  @Test
  void shouldServePagesOfTheNodeThatStandsBy() throws Exception {
    try (Api standby = api(data.resolve("standby"))) {
      standby.move(new Seat.There("http://127.0.0.1:" + api.port()));
      Api.problem(401, standby.get("/api/v1/jobs"));
      assertEquals(
          200,
          standby
              .send(
                  standby
                      .request("/api/v1/jobs")
                      .header("Authorization", "Bearer " + tokens.get(Role.READ)))
              .statusCode());
      String cookie = cookie(logIn(standby, tokens.get(Role.ADMIN)));
      assertEquals(
          200,
          standby
              .send(
                  own(
                      standby.request("/api/v1/jobs/a-1/cancel").POST(BodyPublishers.noBody()),
                      standby,
                      cookie))
              .statusCode());
      Api.problem(
          403,
          standby.send(
              standby
                  .request("/api/v1/jobs/a-1/cancel")
                  .POST(BodyPublishers.noBody())
                  .header("Cookie", cookie)));
    }
  }

  @Test
  void shouldSayThatThereIsNothingToLogInToWithoutTokens() throws Exception {
    try (Api open = new Api(data, List.of(), 1 << 20)) {
      assertEquals(
          "{\"name\":null,\"role\":\"admin\",\"expires\":null}\n",
          open.get("/api/v1/session").body());
      Api.problem(409, logIn(open, "x"));
      assertFalse(open.get("/api/v1/jobs").headers().firstValue("Set-Cookie").isPresent());
    }
  }
}
