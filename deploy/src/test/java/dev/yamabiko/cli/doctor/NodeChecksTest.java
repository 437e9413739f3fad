package dev.yamabiko.cli.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.cli.doctor.Finding.Result;
import dev.yamabiko.cli.settings.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodeChecksTest {

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, OK",
    "localhost, OK",
    "0.0.0.0, PROBLEM",
    // Of a network for documentation, which no machine has.
    "192.0.2.1, PROBLEM",
    "999.1.1.1, PROBLEM"
  })
  void shouldWantAHostThatIsThisMachine(String host, Result expected) {
    Finding finding = NodeChecks.host(host);
    assertEquals(expected, finding.result(), finding.line());
    assertTrue(finding.found().contains(host), finding.found());
  }

  @Test
  void shouldLetTheApiBeAtAllAddresses() {
    assertEquals(Result.OK, NodeChecks.httpHost("0.0.0.0").result());
    assertEquals(Result.PROBLEM, NodeChecks.httpHost("192.0.2.1").result());
  }

  @Test
  void shouldWarnOfANodeThatOthersReach() {
    assertEquals(Result.OK, NodeChecks.exposure("exposure", "127.0.0.1", false, false).result());
    assertEquals(
        Result.PROBLEM, NodeChecks.exposure("exposure", "192.0.2.1", false, false).result());
    assertEquals(
        Result.WARNING, NodeChecks.exposure("exposure", "192.0.2.1", false, true).result());
    assertEquals(Result.OK, NodeChecks.exposure("exposure", "192.0.2.1", true, false).result());
  }

  @Test
  void shouldSayHowLongACertificateIsGoodAndWhatIsMissing() {
    Instant now = Instant.parse("2026-11-27T10:00:00Z");
    Instant later = now.plus(Duration.ofDays(31));
    assertEquals(Result.OK, TlsCheck.expiry(directory, later, now).result());
    Finding soon = TlsCheck.expiry(directory, later.minus(Duration.ofDays(2)), now);
    assertEquals(Result.WARNING, soon.result(), soon.line());
    Finding missing = TlsCheck.of(directory, now).finding();
    assertEquals(Result.PROBLEM, missing.result(), missing.line());
    assertTrue(missing.found().contains("ca.crt"), missing.found());
  }

  @Test
  void shouldFindAPortThatIsTaken() throws IOException {
    assertEquals(Result.OK, NodeChecks.port("port", "127.0.0.1", 0, new Ports()).result());
    int port;
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      port = taken.getLocalPort();
      Finding finding = NodeChecks.port("http-port", "127.0.0.1", port, new Ports());
      assertEquals(Result.PROBLEM, finding.result(), finding.line());
      assertTrue(finding.advice().contains("--http-port"), finding.advice());
    }
    assertEquals(Result.OK, NodeChecks.port("http-port", "127.0.0.1", port, new Ports()).result());
  }

  @Test
  void shouldLeaveNothingInADirectory() throws IOException {
    Finding there = DirectoryCheck.of("data", directory, 0);
    assertEquals(Result.OK, there.result(), there.line());
    assertFalse(there.found().contains("made"), there.found());
    Path relative = Path.of("").toAbsolutePath().relativize(directory);
    Finding named = DirectoryCheck.of("data", relative, 0);
    assertFalse(named.found().contains("made"), named.found());
    Path made = directory.resolve("a/b");
    Finding later = DirectoryCheck.of("data", made, 0);
    assertEquals(Result.OK, later.result(), later.line());
    assertTrue(later.found().contains("made when a node starts"), later.found());
    try (Stream<Path> files = Files.list(directory)) {
      assertEquals(0, files.count());
    }
  }

  @Test
  void shouldWarnWhereThereIsLessRoomThanANodeMayTake() throws IOException {
    Finding finding = DirectoryCheck.of("cache", directory, Long.MAX_VALUE);
    assertEquals(Result.WARNING, finding.result(), finding.line());
    long free = Files.getFileStore(directory).getUsableSpace();
    Files.write(directory.resolve("kept"), new byte[1 << 20]);
    Finding kept = DirectoryCheck.of("cache", directory, free / 2 + (1 << 20));
    assertEquals(Result.OK, kept.result(), kept.line());
  }

  @Test
  void shouldFindADirectoryThatCannotBe() throws IOException {
    Path file = Files.writeString(directory.resolve("afile"), "");
    assertEquals(Result.PROBLEM, DirectoryCheck.of("data", file, 0).result());
    assertEquals(Result.PROBLEM, DirectoryCheck.of("data", file.resolve("x"), 0).result());
    assertEquals(Result.PROBLEM, DirectoryCheck.of("data", Path.of("/proc/nope"), 0).result());
  }
}
