package dev.yamabiko.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.yamabiko.cli.TokensFiles;
import dev.yamabiko.coordinator.CoordinatorNode;
import dev.yamabiko.coordinator.access.Role;
import dev.yamabiko.coordinator.access.Token;
import dev.yamabiko.coordinator.access.Tokens;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** A coordinator that looks at its tokens file by itself. */
@Tag("cluster")
@Timeout(600)
class TokensClusterTest {

  private static final Logger TOKENS = (Logger) LoggerFactory.getLogger(Tokens.class);

  @TempDir private Path directory;
  private final String secret = Token.random();
  private final String othersSecret = Token.random();
  private final Token ann = Token.of("ann", Role.READ, secret);
  private final Token bob = Token.of("bob", Role.READ, othersSecret);
  private final HttpClient client = HttpClient.newHttpClient();
  private final LogLines log = new LogLines();
  private final Level before = TOKENS.getLevel();
  private CoordinatorNode coordinator;

  @BeforeEach
  void start() throws Exception {
    TOKENS.setLevel(Level.INFO);
    write(ann);
    coordinator = LocalCluster.coordinator(directory, file());
  }

  @AfterEach
  void end() {
    log.close();
    TOKENS.setLevel(before);
    if (coordinator != null) {
      coordinator.close();
    }
  }

  private Path file() {
    return directory.resolve("tokens.conf");
  }

  /** At once, so that nobody reads half a file. */
  private void write(Token... tokens) throws Exception {
    Path next = directory.resolve("next.conf");
    TokensFiles.write(next, tokens);
    Files.move(next, file(), StandardCopyOption.ATOMIC_MOVE);
  }

  /** Nobody asks the coordinator for anything meanwhile: it looks again unasked. */
  private void awaitLooks(int count) {
    LocalCluster.await(
        "the changed file to be read",
        () -> log.from(Level.INFO, Tokens.class.getName()).size() == count);
  }

  private HttpResponse<String> ask(HttpRequest.Builder request, String header, String value)
      throws Exception {
    return client.send(
        request.header(header, value).timeout(Duration.ofSeconds(60)).build(),
        BodyHandlers.ofString());
  }

  private HttpRequest.Builder request(String path) {
    int port = coordinator.httpAddress().getPort();
    return HttpRequest.newBuilder(
        URI.create("http://%s:%d".formatted(LocalCluster.HOST, port) + path));
  }

  private int jobs(String header, String value) throws Exception {
    return ask(request("/api/v1/jobs"), header, value).statusCode();
  }

  /** Also where the token is back before its session is used again. */
  @Test
  void shouldEndASessionWhoseTokenIsTakenBackAndKnowTheChangedFile() throws Exception {
    HttpRequest.Builder logIn =
        request("/api/v1/session")
            .POST(BodyPublishers.ofString("{\"token\": \"%s\"}".formatted(secret)));
    HttpResponse<String> in = ask(logIn, "Content-Type", "application/json");
    assertEquals(200, in.statusCode(), in.body());
    String cookie = in.headers().firstValue("Set-Cookie").orElseThrow().replaceFirst(";.*", "");
    assertEquals(200, jobs("Cookie", cookie));
    assertEquals(401, jobs("Authorization", "Bearer " + othersSecret));

    write(bob);
    awaitLooks(1);
    write(ann, bob);
    awaitLooks(2);
    assertEquals(401, jobs("Cookie", cookie));
    assertEquals(200, jobs("Authorization", "Bearer " + secret));
    assertEquals(200, jobs("Authorization", "Bearer " + othersSecret));
  }
}
