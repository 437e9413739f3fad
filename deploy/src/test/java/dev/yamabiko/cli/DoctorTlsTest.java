package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.yamabiko.coordinator.CoordinatorNode;
import dev.yamabiko.coordinator.CoordinatorSettings;
import dev.yamabiko.coordinator.access.HttpAccess;
import dev.yamabiko.wire.tls.Authority;
import dev.yamabiko.wire.tls.TlsFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What doctor finds at the ports of real coordinators, where certificates fit and where not. */
@Tag("cluster")
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DoctorTlsTest {

  private static final String HOST = "127.0.0.1";

  @TempDir private static Path directory;

  private final Authority ours = authority("ours");
  private CoordinatorNode secure;
  private CoordinatorNode plain;

  private static Authority authority(String name) {
    Instant from = Instant.now().minusSeconds(60);
    return Authority.create(name, from, from.plus(Duration.ofDays(90)));
  }

  private static Path issue(Authority from, String name) throws IOException {
    Instant now = Instant.now();
    from.issue(
            new Authority.Request(name, List.of(HOST), TlsFiles.Use.NODE),
            now.minusSeconds(60),
            now.plus(Duration.ofDays(60)))
        .write(directory.resolve(name));
    return directory.resolve(name);
  }

  private static CoordinatorNode coordinator(String data, Optional<TlsFiles> tls)
      throws IOException {
    return CoordinatorNode.start(
        new CoordinatorSettings(
            HOST,
            HOST,
            0,
            0,
            0,
            directory.resolve(data),
            List.of(),
            1L << 30,
            1L << 30,
            true,
            HttpAccess.open().with(tls)));
  }

  @BeforeAll
  void start() throws IOException {
    TlsFiles files = TlsFiles.open(issue(ours, "coordinator"), TlsFiles.Use.NODE);
    secure = coordinator("secure", Optional.of(files));
    plain = coordinator("plain", Optional.empty());
  }

  @AfterAll
  void end() {
    secure.close();
    plain.close();
  }

  private static Invocation doctor(CoordinatorNode at, String options) {
    String command =
        "doctor worker --cache kept --json --coordinator %s:%d %s"
            .formatted(HOST, at.port(), options);
    return Invocation.of(directory, List.of(command.strip().split(" ")));
  }

  private static String server(CoordinatorNode at, String scheme) {
    return " --server %s://%s:%d".formatted(scheme, HOST, at.httpAddress().getPort());
  }

  private static void assertFinds(
      Invocation invocation, String check, String result, String found) {
    JsonNode finding =
        StreamSupport.stream(invocation.json().required("checks").spliterator(), false)
            .filter(one -> one.required("check").asText().equals(check))
            .findFirst()
            .orElseThrow(() -> new AssertionError("no " + check + ": " + invocation.err()));
    assertEquals(result, finding.required("result").asText(), invocation.err());
    String text = finding.required("found").asText();
    assertTrue(text.contains(found), text);
  }

  @Test
  void shouldShakeHandsAsTheNodeWould() throws IOException {
    Invocation invocation =
        doctor(secure, "--tls " + issue(ours, "worker") + server(secure, "https"));
    assertEquals(0, invocation.exitCode(), invocation.err());
    assertFinds(invocation, "coordinator", "ok", "answers, by TLS");
    assertFinds(invocation, "bulk", "ok", "answers, by TLS");
  }

  @Test
  void shouldFindThatTheCoordinatorIsOfAnotherAuthority() throws IOException {
    Invocation invocation = doctor(secure, "--tls " + issue(authority("theirs"), "stranger"));
    assertEquals(2, invocation.exitCode(), invocation.err());
    assertFinds(
        invocation,
        "coordinator",
        "problem",
        "the certificate CN=coordinator, issued by CN=ours, is none of the authority in ca.crt");
  }

  /** With TLS 1.3 that comes after the handshake. */
  @Test
  void shouldFindThatTheCoordinatorRefusesTheNode() throws IOException {
    Path files = issue(authority("theirs"), "credulous");
    Path believed = files.resolve("ca.crt");
    Path also = directory.resolve("coordinator/ca.crt");
    Files.writeString(believed, Files.readString(believed) + Files.readString(also));
    Invocation invocation = doctor(secure, "--tls " + files + server(secure, "https"));
    assertEquals(2, invocation.exitCode(), invocation.err());
    assertFinds(
        invocation, "coordinator", "problem", "the peer refused this node's certificate, and says");
  }

  @Test
  void shouldFindThatTheCoordinatorWantsTls() {
    Invocation invocation = doctor(secure, "");
    assertEquals(2, invocation.exitCode(), invocation.err());
    assertFinds(invocation, "coordinator", "problem", "wants TLS, and this node has none");
  }

  @Test
  void shouldFindThatTheCoordinatorHasNoTls() throws IOException {
    Invocation invocation =
        doctor(plain, "--tls " + issue(ours, "secretive") + server(plain, "http"));
    assertEquals(2, invocation.exitCode(), invocation.err());
    assertFinds(invocation, "coordinator", "problem", "ends the connection at a TLS hello");
    assertFinds(invocation, "bulk", "problem", "ends the connection at a TLS hello");
  }

  @Test
  void shouldTakePlainTextWhereBothHaveIt() {
    Invocation invocation = doctor(plain, server(plain, "http").strip());
    assertEquals(0, invocation.exitCode(), invocation.err());
    assertFinds(invocation, "coordinator", "ok", "answers");
    assertFinds(invocation, "bulk", "ok", "answers");
  }
}
