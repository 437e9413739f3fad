package dev.yamabiko.coordinator.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.coordinator.JobStatus;
import dev.yamabiko.coordinator.Seat;
import dev.yamabiko.coordinator.access.HttpAccess;
import dev.yamabiko.coordinator.access.Role;
import dev.yamabiko.coordinator.access.Token;
import dev.yamabiko.coordinator.access.Tokens;
import dev.yamabiko.model.CanonicalJson;
import dev.yamabiko.wire.tls.Authority;
import dev.yamabiko.wire.tls.TlsFiles;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The API over TLS, asked by whoever has a certificate, a token, or neither. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HttpTlsTest {

  private static final String CANCEL = "/api/v1/jobs/a-1/cancel";

  @TempDir private static Path directory;
  private final String token = Token.random();
  private final Authority authority = authority();

  /** With tokens and, passing requests on to it, with the same ones. */
  private Api api;

  private Api standby;

  /** Shows no certificate. */
  private HttpClient anybody;

  /** Shows one of the authority that is good for clients only. */
  private HttpClient certified;

  private static Authority authority() {
    Instant now = Instant.now();
    return Authority.create("test", now.minusSeconds(60), now.plus(Duration.ofDays(90)));
  }

  private static Path issue(Authority from, String name, TlsFiles.Use use) throws IOException {
    Path files = directory.resolve(name + "-" + from.hashCode());
    Instant now = Instant.now();
    from.issue(
            new Authority.Request(
                name, use == TlsFiles.Use.NODE ? List.of("127.0.0.1") : List.of(), use),
            now.minusSeconds(60),
            now.plus(Duration.ofDays(90)))
        .write(files);
    return files;
  }

  private static HttpClient client(SSLContext tls) {
    return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).sslContext(tls).build();
  }

  private static HttpClient client(Authority from) throws IOException {
    Path files = issue(from, "ann", TlsFiles.Use.CLIENT);
    return client(TlsFiles.open(files, TlsFiles.Use.CLIENT).context());
  }

  @BeforeAll
  void start() throws Exception {
    Path files = issue(authority, "node", TlsFiles.Use.NODE);
    Path tokens = directory.resolve("tokens.conf");
    Files.writeString(
        tokens, "tokens = [ %s ]".formatted(Token.of("ci", Role.READ, token).entry()));
    HttpAccess access =
        new HttpAccess(
            Optional.of(Tokens.of(tokens)),
            Optional.of(TlsFiles.open(files, TlsFiles.Use.NODE)),
            false,
            List.of());
    api = new Api(Files.createDirectory(directory.resolve("a")), List.of(), 1 << 20, access);
    standby = new Api(Files.createDirectory(directory.resolve("b")), List.of(), 1 << 20, access);
    standby.move(new Seat.There(api.url()));
    anybody = client(TlsFiles.trusting(files.resolve("ca.crt")));
    certified = client(authority);
    api.coordinator.jobs.put(
        "a-1", FakeCoordinator.job("a-1", JobStatus.RUNNING, directory, Optional.empty()));
  }

  @AfterAll
  void end() {
    standby.close();
    api.close();
  }

  private static HttpResponse<String> send(HttpClient client, HttpRequest.Builder request)
      throws Exception {
    return client.send(request.build(), BodyHandlers.ofString());
  }

  private static HttpRequest.Builder cancel(Api to) {
    return to.request(CANCEL).POST(BodyPublishers.noBody());
  }

  private HttpRequest.Builder withToken(HttpRequest.Builder request) {
    return request.header("Authorization", "Bearer " + token);
  }

  /** The same of the node that has the coordinator, and of one that passes requests on to it. */
  @Test
  void shouldKnowItsClientsByCertificateOrToken() throws Exception {
    for (Api to : List.of(api, standby)) {
      assertTrue(to.url().startsWith("https://"), to.url());
      assertEquals(
          "{\"name\":\"CN=ann\",\"role\":\"admin\",\"expires\":null}\n".replace("CN=ann", name(to)),
          send(certified, to.request("/api/v1/session")).body());
      assertEquals(200, send(certified, cancel(to)).statusCode());
      assertEquals(200, send(anybody, withToken(to.request("/api/v1/jobs"))).statusCode());
      Api.problem(403, send(anybody, withToken(cancel(to))));
      Api.problem(401, send(anybody, cancel(to)));
      assertEquals(200, send(anybody, to.request("/health/alive")).statusCode());
    }
  }

  @Test
  void shouldKeepAJobAsThatOfTheCertificateWhichItHasSeenItself() throws Exception {
    for (Api to : List.of(api, standby)) {
      HttpResponse<String> response =
          send(
              certified,
              to.request("/api/v1/jobs")
                  .header("Content-Type", "application/hocon")
                  .POST(BodyPublishers.ofString(HttpApiTest.SPIRALS)));
      assertEquals(201, response.statusCode(), response.body());
      String id = (String) CanonicalJson.object(response.body()).get("id");
      assertEquals(
          to == api ? Optional.of("CN=ann") : Optional.empty(),
          api.coordinator.jobs.get(id).owner());
    }
  }

  /** Who asks a node that passes requests on is known to the other by that node's certificate. */
  private String name(Api to) {
    return to == api ? "CN=ann" : "CN=node";
  }

  /** A node that passes requests on shows its certificate, which is not that of who asks. */
  @Test
  void shouldNotLendItsCertificateToWhomeverItPassesRequestsOnFor() throws Exception {
    Api.problem(401, send(anybody, cancel(standby)));
    Api.problem(401, send(anybody, cancel(standby).header("X-Yamabiko-Certified", "yes")));
    Api.problem(
        401,
        send(
            anybody,
            cancel(api)
                .header("X-Yamabiko-Certified", "yes")
                .header("X-Yamabiko-Passed-On", "yes")));
    Api.problem(401, send(anybody, cancel(api).header("Tls-Session-Info", "x")));
  }

  @Test
  void shouldAskForACertificateWhereThereAreNoTokens() throws Exception {
    Path files = issue(authority, "alone", TlsFiles.Use.NODE);
    HttpAccess access =
        HttpAccess.open().with(Optional.of(TlsFiles.open(files, TlsFiles.Use.NODE)));
    try (Api alone = new Api(directory.resolve("c"), List.of(), 1 << 20, access)) {
      String detail = Api.problem(401, send(anybody, withToken(alone.request("/api/v1/jobs"))));
      assertTrue(detail.contains("expects a client certificate"), detail);
      assertEquals(200, send(certified, alone.request("/api/v1/jobs")).statusCode());
      assertEquals(200, send(anybody, alone.request("/health/ready")).statusCode());
    }
  }

  @Test
  void shouldTalkToNobodyElse() throws Exception {
    HttpClient stranger = client(authority());
    assertThrows(IOException.class, () -> send(stranger, api.request("/health/alive")));
    HttpRequest.Builder plain =
        HttpRequest.newBuilder(URI.create(api.url().replace("https", "http") + "/health/alive"))
            .timeout(Duration.ofSeconds(30));
    assertThrows(IOException.class, () -> send(anybody, plain));
  }

  @Test
  void shouldNotWaitForAHandshakeForLong() throws Exception {
    Path files = issue(authority, "patient", TlsFiles.Use.NODE);
    HttpAccess access =
        HttpAccess.open().with(Optional.of(TlsFiles.open(files, TlsFiles.Use.NODE)));
    try (Api quick =
            new Api(directory.resolve("d"), List.of(), 1 << 20, access, QuietConnectionsTest.SOON);
        Socket silent = QuietConnectionsTest.connect(quick);
        Socket slow = QuietConnectionsTest.connect(quick)) {
      // The beginning of a TLS record.
      slow.getOutputStream().write(new byte[] {22, 3, 1, 1});
      assertEquals(0, QuietConnectionsTest.rest(silent).length());
      QuietConnectionsTest.rest(slow);
    }
  }

  @Test
  void shouldGiveAPageACookieThatNeverLeavesInPlainText() throws Exception {
    HttpRequest.Builder logIn =
        api.request("/api/v1/session")
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString("{\"token\":\"%s\"}".formatted(token)));
    String set = send(anybody, logIn).headers().firstValue("Set-Cookie").orElseThrow();
    assertTrue(set.startsWith("__Host-yamabiko-session="), set);
    assertTrue(set.contains("; Secure"), set);
    HttpRequest.Builder list =
        api.request("/api/v1/jobs").header("Cookie", set.replaceFirst(";.*", ""));
    assertEquals(200, send(anybody, list).statusCode());
  }
}
