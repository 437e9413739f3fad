package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.yamabiko.coordinator.JobStatus;
import dev.yamabiko.coordinator.access.HttpAccess;
import dev.yamabiko.coordinator.access.Role;
import dev.yamabiko.coordinator.access.Token;
import dev.yamabiko.coordinator.access.Tokens;
import dev.yamabiko.data.ContentHash;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** What a coordinator's log says of those who ask its HTTP API. */
@Timeout(120)
class AccessLogTest {

  private static final Logger LOG =
      (Logger) LoggerFactory.getLogger("dev.yamabiko.coordinator.http.AccessLog");

  @TempDir private Path directory;
  private final String ann = Token.random();
  private final String bob = Token.random();
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
  private final HttpClient client = HttpClient.newHttpClient();
  private TestServer server;

  @BeforeEach
  void start() throws Exception {
    Path tokens = directory.resolve("tokens");
    TokensFiles.write(tokens, Token.of("ann", Role.SUBMIT, ann), Token.of("bob", Role.READ, bob));
    server =
        new TestServer(
            directory.resolve("data"),
            List.of(),
            new HttpAccess(Optional.of(Tokens.of(tokens)), Optional.empty(), false, List.of()));
    lines.start();
    LOG.setLevel(Level.INFO);
    LOG.addAppender(lines);
  }

  @AfterEach
  void end() {
    LOG.detachAppender(lines);
    LOG.setLevel(null);
    server.close();
  }

  private int ask(String token, String method, String path, String body, String... headers)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(server.url() + path))
            .timeout(Duration.ofSeconds(60))
            .method(method, BodyPublishers.ofString(body));
    if (!token.isEmpty()) {
      request.header("Authorization", "Bearer " + token);
    }
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), BodyHandlers.discarding()).statusCode();
  }

  private List<String> said() {
    List<String> said =
        List.copyOf(lines.list).stream().map(ILoggingEvent::getFormattedMessage).toList();
    assertFalse(said.toString().contains(ann) || said.toString().contains(bob), said.toString());
    return said;
  }

  @Test
  void shouldSayOnceThatTheTokensFileIsGone() throws Exception {
    Logger log = (Logger) LoggerFactory.getLogger(Tokens.class);
    log.addAppender(lines);
    Path file = directory.resolve("tokens");
    try {
      Files.delete(file);
      while (said().isEmpty()) {
        assertEquals(200, ask(bob, "GET", "/api/v1/jobs", ""));
        Thread.sleep(100);
      }
      Thread.sleep(2_000);
      assertEquals(200, ask(bob, "GET", "/api/v1/jobs", ""));
      assertEquals(
          List.of(
              "the tokens file is gone or cannot be seen; the tokens from before hold: " + file),
          said());
    } finally {
      log.detachAppender(lines);
    }
  }

  @Test
  void shouldSayByWhoseTokenSomethingChanges() throws Exception {
    Path job = Path.of("jobs/spirals.conf");
    assertEquals(201, ask(ann, "POST", "/api/v1/jobs", Files.readString(job)));
    assertEquals(200, ask(ann, "POST", "/api/v1/jobs/spirals-1/cancel", ""));
    String sha256 = ContentHash.of("abc");
    assertEquals(201, ask(ann, "PUT", "/api/v1/data/" + sha256, "abc"));
    // Nothing changes by these.
    assertEquals(200, ask(ann, "PUT", "/api/v1/data/" + sha256, "abc"));
    assertEquals(409, ask(ann, "POST", "/api/v1/jobs/spirals-1/resume", ""));
    assertEquals(400, ask(ann, "POST", "/api/v1/jobs", "{}"));
    assertEquals(
        List.of(
            "submitted job=spirals-1 by=ann peer=127.0.0.1",
            "cancelled job=spirals-1 by=ann peer=127.0.0.1",
            "uploaded sha256=%s by=ann peer=127.0.0.1".formatted(sha256)),
        said());
  }

  @Test
  void shouldSayWhoIsRefusedAndWhy() throws Exception {
    server.jobs.put("a-1", TestServer.view("a-1", JobStatus.RUNNING, "", Optional.empty()));
    assertEquals(403, ask(bob, "POST", "/api/v1/jobs/a-1/cancel", ""));
    assertEquals(401, ask("wrong", "POST", "/api/v1/jobs/a%0A-1/cancel?token=x", ""));
    assertEquals(
        401,
        ask(
            "",
            "POST",
            "/api/v1/session",
            "{\"token\": \"guessed\"}",
            "Content-Type",
            "application/json"));
    assertEquals(
        403, ask(ann, "POST", "/api/v1/jobs/a-1/cancel", "", "Sec-Fetch-Site", "cross-site"));
    // The page asks this to learn whether somebody has logged in.
    assertEquals(401, ask("", "GET", "/api/v1/session", ""));
    String refused = "request refused by=%s peer=127.0.0.1 request=%s reason=%s";
    assertEquals(
        List.of(
            refused.formatted(
                "bob",
                "POST /api/v1/jobs/a-1/cancel",
                "bob has the role read; this takes the role submit"),
            refused.formatted(
                "unknown",
                "POST /api/v1/jobs/a%0A-1/cancel",
                "the coordinator does not know this token"),
            refused.formatted(
                "unknown", "POST /api/v1/session", "the coordinator does not know this token"),
            refused.formatted(
                "ann", "POST /api/v1/jobs/a-1/cancel", "pages of another site may not do this")),
        said());
  }

  @Test
  void shouldNotLetAStrangerFillTheLogNorHideOthersThere() throws Exception {
    for (int i = 0; i < 100; i++) {
      assertEquals(401, ask("guess-" + i, "GET", "/api/v1/jobs", ""));
    }
    assertEquals(403, ask(bob, "POST", "/api/v1/jobs", ""));
    List<String> said = said();
    assertTrue(said.size() < 20, said.toString());
    assertTrue(said.get(said.size() - 1).contains("by=bob"), said.toString());
  }

  /** Whoever says so may have made it up: the address that he has comes first. */
  @Test
  void shouldSayForWhomARequestIsPassedOn() throws Exception {
    String[] passedOn = {"X-Yamabiko-Passed-On", "yes", "X-Yamabiko-Asker", "10.0.0.9"};
    assertEquals(403, ask(bob, "POST", "/api/v1/jobs/a-1/cancel", "", passedOn));
    assertTrue(said().get(0).contains(" peer=127.0.0.1 for 10.0.0.9 request="), said().get(0));
  }

  @Test
  void shouldLogFewOfADirectorysFiles() throws Exception {
    for (int i = 0; i < 30; i++) {
      String file = "file " + i;
      String sha256 = ContentHash.of(file);
      assertEquals(201, ask(ann, "PUT", "/api/v1/data/" + sha256, file));
    }
    assertTrue(said().size() < 15, said().toString());
  }
}
