package dev.yamabiko.cli.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.cli.doctor.Finding.Result;
import dev.yamabiko.wire.tls.Authority;
import dev.yamabiko.wire.tls.TlsFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Of ports that are no node's; those of nodes are in DoctorTlsTest. */
@Timeout(180)
class PortCheckTest {

  @TempDir private Path directory;

  private TlsFiles files() throws IOException {
    Instant from = Instant.now().minusSeconds(60);
    Instant until = from.plus(Duration.ofDays(90));
    Authority.create("ours", from, until)
        .issue(new Authority.Request("node", List.of(), TlsFiles.Use.NODE), from, until)
        .write(directory);
    return TlsFiles.open(directory, TlsFiles.Use.NODE);
  }

  private static ServerSocket open() throws IOException {
    return new ServerSocket(0, 9, InetAddress.getByName("127.0.0.1"));
  }

  @Test
  void shouldTellWhereNobodyListens() throws IOException {
    int port;
    try (ServerSocket open = open()) {
      port = open.getLocalPort();
      assertEquals(Result.OK, PortCheck.connecting().of("bulk", "127.0.0.1", port).result());
    }
    for (PortCheck check :
        List.of(PortCheck.connecting(), PortCheck.plain(), PortCheck.secure(files()))) {
      Finding gone = check.of("bulk", "127.0.0.1", port);
      assertEquals(Result.UNREACHABLE, gone.result(), gone.line());
    }
    // No host's name and no address: refused without asking a name server.
    Finding unknown = PortCheck.plain().of("bulk", "::none", 1);
    assertEquals(Result.UNREACHABLE, unknown.result(), unknown.line());
  }

  /** As a process that is stopped does: the system accepts for it. */
  @Test
  void shouldNotWaitForEverWhereNothingIsSaid() throws IOException {
    Duration patience = Duration.ofMillis(100);
    try (ServerSocket silent = open()) {
      Finding plain = PortCheck.plain(patience).of("bulk", "127.0.0.1", silent.getLocalPort());
      assertEquals(Result.WARNING, plain.result(), plain.line());
      assertTrue(plain.found().contains("keeps silent"), plain.line());
      Finding secure =
          PortCheck.secure(files(), patience).of("bulk", "127.0.0.1", silent.getLocalPort());
      assertEquals(Result.UNREACHABLE, secure.result(), secure.line());
      assertTrue(secure.found().contains("does not answer a TLS hello"), secure.line());
    }
  }

  /** The engine waits for the whole of one that is twice as long as TLS has them. */
  @Test
  void shouldReadRubbishThatLooksLikeALongRecord() throws Exception {
    byte[] rubbish = new byte[5 + 0x7fff];
    Arrays.fill(rubbish, (byte) -1);
    rubbish[0] = 22;
    rubbish[1] = 3;
    rubbish[2] = 3;
    rubbish[3] = 0x7f;
    try (ServerSocket open = open()) {
      CompletableFuture<Socket> talker = CompletableFuture.supplyAsync(() -> say(open, rubbish));
      Finding found = PortCheck.secure(files()).of("bulk", "127.0.0.1", open.getLocalPort());
      assertEquals(Result.PROBLEM, found.result(), found.line());
      assertTrue(found.found().contains("TLS: "), found.line());
      talker.get(20, TimeUnit.SECONDS).close();
    }
  }

  @Test
  void shouldNotReachWhoBreaksTheHandshakeOff() throws Exception {
    try (ServerSocket open = open()) {
      CompletableFuture<Void> breaker = CompletableFuture.runAsync(() -> breakOff(open));
      Finding found = PortCheck.secure(files()).of("bulk", "127.0.0.1", open.getLocalPort());
      assertEquals(Result.UNREACHABLE, found.result(), found.line());
      assertTrue(found.found().contains("breaks the TLS handshake off"), found.line());
      breaker.get(20, TimeUnit.SECONDS);
    }
  }

  /** By a reset, after the beginning of an answer. */
  private static void breakOff(ServerSocket open) {
    try (Socket socket = open.accept()) {
      socket.getInputStream().read();
      socket.getOutputStream().write(new byte[] {22, 3, 3, 0, 100});
      socket.setSoLinger(true, 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void shouldTakeNoOtherServerForANode() throws Exception {
    try (ServerSocket other = open()) {
      byte[] answer = "HTTP/1.1 400 Bad Request\r\n".getBytes(StandardCharsets.US_ASCII);
      CompletableFuture<Socket> said = CompletableFuture.supplyAsync(() -> say(other, answer));
      Finding found = PortCheck.plain().of("bulk", "127.0.0.1", other.getLocalPort());
      assertEquals(Result.PROBLEM, found.result(), found.line());
      assertTrue(found.found().contains("answers as no node does"), found.line());
      said.get(60, TimeUnit.SECONDS).close();
    }
  }

  @Test
  void shouldConnectToNoNumberThatIsNoPort() {
    for (long port : new long[] {-1, 0, 65_536, (1L << 32) + 1}) {
      Finding found = PortCheck.plain().of("bulk", "127.0.0.1", port);
      assertEquals(Result.PROBLEM, found.result(), found.line());
      assertTrue(found.found().contains("127.0.0.1:" + port), found.line());
    }
  }

  /** The socket, which stays open. */
  private static Socket say(ServerSocket open, byte[] what) {
    try {
      Socket socket = open.accept();
      socket.getOutputStream().write(what);
      return socket;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
