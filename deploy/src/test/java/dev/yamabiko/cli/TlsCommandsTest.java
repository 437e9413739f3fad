package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.coordinator.JobStatus;
import dev.yamabiko.coordinator.access.HttpAccess;
import dev.yamabiko.wire.BulkServer;
import dev.yamabiko.wire.BulkSettings;
import dev.yamabiko.wire.tls.Authority;
import dev.yamabiko.wire.tls.TlsFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Commands and a coordinator that has TLS, and what is said where they do not fit. */
@Timeout(120)
class TlsCommandsTest {

  @TempDir private Path directory;
  private final Authority authority = authority("ours");
  private String err;

  /** Its certificate is for 127.0.0.1. */
  private TestServer server;

  @BeforeEach
  void start() throws Exception {
    server = server("node", "127.0.0.1");
  }

  @AfterEach
  void end() {
    server.close();
  }

  private static Authority authority(String name) {
    Instant now = Instant.now();
    return Authority.create(name, now.minusSeconds(60), now.plus(Duration.ofDays(90)));
  }

  private Path issue(Authority from, String name, List<String> hosts, TlsFiles.Use use)
      throws IOException {
    Instant now = Instant.now();
    from.issue(
            new Authority.Request(name, hosts, use),
            now.minusSeconds(60),
            now.plus(Duration.ofDays(90)))
        .write(directory.resolve(name));
    return directory.resolve(name);
  }

  private TestServer server(String name, String host) throws IOException {
    Path files = issue(authority, name, List.of(host), TlsFiles.Use.NODE);
    HttpAccess access =
        HttpAccess.open().with(Optional.of(TlsFiles.open(files, TlsFiles.Use.NODE)));
    TestServer made = new TestServer(directory.resolve("data-" + name), List.of(), access);
    made.jobs.put("digits-1", TestServer.view("digits-1", JobStatus.RUNNING, "", Optional.empty()));
    return made;
  }

  private int run(String commandLine) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int code =
        Main.run(
            commandLine.split(" "),
            new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
            new PrintStream(bytes, true, StandardCharsets.UTF_8),
            directory);
    err = bytes.toString(StandardCharsets.UTF_8);
    return code;
  }

  private void shouldSay(String expected) {
    assertEquals(1, err.lines().count(), err);
    assertTrue(err.contains(expected), err);
    assertFalse(err.contains("may have done"), err);
  }

  @Test
  void shouldShowACertificateAndBelieveTheAuthoritys() throws Exception {
    Path ann = issue(authority, "ann", List.of(), TlsFiles.Use.CLIENT);
    String to = " --server " + server.url();
    assertEquals(0, run("jobs" + to + " --tls " + ann), err);
    assertEquals(0, run("cancel digits-1" + to + " --tls " + ann), err);
    assertEquals(2, run("jobs" + to + " --ca " + ann.resolve("ca.crt")));
    shouldSay("the coordinator expects a client certificate of its authority");
    assertEquals(2, run("jobs" + to + " --tls " + directory.resolve("nowhere")));
    shouldSay("nowhere: expected a directory with ca.crt, tls.crt and tls.key but found nothing");
    assertEquals(2, run("jobs" + to + " --ca " + ann.resolve("none.crt")));
    shouldSay("none.crt");
  }

  @Test
  void shouldNotTakeTwoAuthorities() throws Exception {
    Path ann = issue(authority, "ann", List.of(), TlsFiles.Use.CLIENT);
    String both = " --tls %s --ca %s".formatted(ann, ann.resolve("ca.crt"));
    String refusal = "--ca and --tls both name the authority: expected one of them";
    assertEquals(2, run("jobs --server " + server.url() + both));
    shouldSay(refusal);
    assertEquals(2, run("doctor worker --coordinator 127.0.0.1:1" + both));
    shouldSay(refusal);
  }

  @Test
  void shouldSayWhyNobodyIsBelieved() throws Exception {
    assertEquals(1, run("cancel digits-1 --server " + server.url()));
    shouldSay("its certificate is of no authority that this Java believes; --ca FILE");
    Path stranger = issue(authority("theirs"), "eve", List.of(), TlsFiles.Use.CLIENT);
    Path ann = issue(authority, "ann", List.of(), TlsFiles.Use.CLIENT);
    // As of another cluster, whose authority certs has given the same name.
    Path namesake = issue(authority("ours"), "abe", List.of(), TlsFiles.Use.CLIENT);
    for (Path client : List.of(stranger, namesake)) {
      assertEquals(1, run("jobs --server %s --tls %s".formatted(server.url(), client)));
      shouldSay("its certificate is of no authority in " + client.resolve("ca.crt"));
    }
    try (TestServer other = server("other", "elsewhere.example")) {
      assertEquals(1, run("cancel digits-1 --server %s --tls %s".formatted(other.url(), ann)));
      shouldSay("its certificate is not for the host 127.0.0.1 but for elsewhere.example");
    }
  }

  /** Where nothing was shown, nothing is said of an option that would have. */
  @Test
  void shouldSayWhatAPortWantsByWhichNodesJoin() throws Exception {
    Path ann = issue(authority, "ann", List.of(), TlsFiles.Use.CLIENT);
    TlsFiles node = TlsFiles.open(directory.resolve("node"), TlsFiles.Use.NODE);
    try (BulkServer port =
        BulkServer.bind("127.0.0.1", 0, BulkSettings.DEFAULT.with(Optional.of(node)))) {
      String to = " --server https://127.0.0.1:" + port.port();
      // Whether one hears why before the connection has ended is chance.
      assertEquals(1, run("jobs" + to + " --ca " + ann.resolve("ca.crt")));
      shouldSay("is this the port of its HTTP API, by itself 8080?");
      assertFalse(err.contains("--tls"), err);
      assertEquals(1, run("jobs" + to + " --tls " + ann));
      shouldSay("is this the port of its HTTP API, by itself 8080?");
    }
  }

  @Test
  void shouldSayWhereAHandshakeEndsWithoutAWord() throws Exception {
    try (ServerSocket silent = new ServerSocket(0)) {
      Thread closing = new Thread(() -> closeEach(silent));
      closing.start();
      assertEquals(1, run("jobs --server https://127.0.0.1:" + silent.getLocalPort()));
      shouldSay("it ends the TLS handshake without a word; is this the port of its HTTP API");
    }
  }

  private static void closeEach(ServerSocket from) {
    try {
      while (true) {
        try (Socket socket = from.accept()) {
          // Its hello is read, so that what ends is a conversation.
          socket.getInputStream().read(new byte[4096]);
        }
      }
    } catch (IOException e) {
      // The test is over.
    }
  }

  @Test
  void shouldSayWhereOneSideSpeaksTlsAndTheOtherDoesNot() throws Exception {
    assertEquals(1, run("jobs --server " + server.url().replace("https:", "http:")));
    shouldSay("is its address one with https://?");
    try (TestServer plain = new TestServer(directory.resolve("plain"), List.of())) {
      assertEquals(1, run("cancel digits-1 --server " + plain.url().replace("http:", "https:")));
      shouldSay("it does not speak TLS; its address begins with http://");
    }
  }
}
