package dev.yamabiko.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.protocol.SliceMessage;
import dev.yamabiko.step.Block;
import dev.yamabiko.wire.tls.Authority;
import dev.yamabiko.wire.tls.TlsFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bulk plane with TLS: the same floats, for nodes of the authority and nobody else. */
class BulkTlsTest {

  private static final int ALERT = 21;
  private static final Authority AUTHORITY = authority("first");

  @TempDir private Path directory;

  private static Authority authority(String name) {
    return Authority.create(
        name, Instant.now().minus(Duration.ofDays(1)), Instant.now().plus(Duration.ofDays(90)));
  }

  private TlsFiles files(String name, Authority authority) throws IOException {
    Path at = directory.resolve(name);
    authority
        .issue(
            new Authority.Request(name, List.of(), TlsFiles.Use.NODE),
            Instant.now().minus(Duration.ofDays(1)),
            Instant.now().plus(Duration.ofDays(60)))
        .write(at);
    return TlsFiles.open(at, TlsFiles.Use.NODE);
  }

  private BulkSettings settings(String name, Authority authority) throws IOException {
    return Plane.SMALL.with(Optional.of(files(name, authority)));
  }

  @Test
  void shouldCarryTheSameFloatsBothWaysWhereLinksShareFrames() throws IOException {
    try (Plane plane = new Plane(settings("node", AUTHORITY))) {
      List<Plane.Pair> pairs = List.of(plane.connect("a"), plane.connect("b"), plane.connect("c"));
      for (int step = 0; step < 3; step++) {
        // Of lengths that leave room in the last frame's buffer.
        float[] first = Plane.floats(20_000 + 701 * step, step);
        float[] second = Plane.floats(37, 100 + step);
        for (Plane.Pair pair : pairs) {
          pair.link().send(Plane.weights(step, 0, first));
          pair.link().send(Plane.weights(step, 1, second));
        }
        for (Plane.Pair pair : pairs) {
          assertArrayEquals(first, Plane.copy(Await.next(pair.worker().weights).weights()));
          assertArrayEquals(second, Plane.copy(Await.next(pair.worker().weights).weights()));
          float[] gradient = Plane.floats(10_000, 7 * step);
          pair.client().send(Plane.contribution(step, 0, new Block(0, 2), gradient, "w"));
          SliceMessage.Contribute arrived = Await.next(pair.coordinator().contributions);
          assertArrayEquals(gradient, Plane.copy(arrived.gradient()));
        }
      }
      pairs.forEach(Plane.Pair::close);
    }
  }

  @Test
  void shouldBringBlocksAndComeBackAfterACut() throws Exception {
    try (Plane plane = new Plane(settings("node", AUTHORITY))) {
      Plane.Pair pair = plane.connect("a");
      byte[] bytes = new byte[100_000];
      new Random(3).nextBytes(bytes);
      pair.coordinator().blocks.put("00/0", ByteBuffer.wrap(bytes));
      ByteBuffer block = pair.client().fetchDatasetBlock("00", 0).get();
      assertEquals(ByteBuffer.wrap(bytes), block);
      plane.server.cutConnections();
      assertTrue(Await.next(pair.worker().events).startsWith("disconnected: "));
      assertEquals("connected", Await.next(pair.worker().events));
      pair.close();
    }
  }

  @Test
  void shouldNotConnectANodeOfAnotherAuthorityNorOneWithoutTls() throws IOException {
    try (Plane plane = new Plane(settings("node", AUTHORITY))) {
      String token = BulkToken.random();
      CoordinatorEnd end = new CoordinatorEnd();
      BulkLink link = plane.server.admit(Plane.RUN, "a", token, end);
      for (BulkSettings settings : List.of(settings("other", authority("second")), Plane.SMALL)) {
        long before = plane.server.refused();
        WorkerEnd worker = new WorkerEnd();
        try (BulkClient stranger =
            BulkClient.open(
                Plane.HOST, plane.server.port(), token, Plane.RUN, "a", worker, settings)) {
          shouldBeRefused(plane, before, stranger, worker);
        }
        assertTrue(end.events.isEmpty(), end.events.toString());
      }
      WorkerEnd worker = new WorkerEnd();
      BulkClient own = plane.open(token, "a", worker);
      assertEquals("connected", Await.next(worker.events));
      assertTrue(own.isConnected());
      link.close();
    }
  }

  @Test
  void shouldNotConnectToAServerWithoutTls() throws IOException {
    try (Plane plane = new Plane(Plane.SMALL)) {
      WorkerEnd worker = new WorkerEnd();
      try (BulkClient client =
          BulkClient.open(
              Plane.HOST,
              plane.server.port(),
              BulkToken.random(),
              Plane.RUN,
              "a",
              worker,
              settings("node", AUTHORITY))) {
        shouldBeRefused(plane, 0, client, worker);
      }
    }
  }

  /** Some times, and never let in between. */
  private static void shouldBeRefused(
      Plane plane, long before, BulkClient client, WorkerEnd worker) {
    long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (plane.server.refused() < before + 3) {
      assertTrue(System.nanoTime() < end, "it has not tried");
      LockSupport.parkNanos(5_000_000);
    }
    assertFalse(client.isConnected());
    assertTrue(worker.events.isEmpty(), worker.events.toString());
  }

  @Test
  void shouldTellAPlainTextProbeNothing() throws IOException {
    try (Plane plane = new Plane(settings("node", AUTHORITY))) {
      for (byte[] probe :
          List.of(
              "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII),
              RawPeer.bytes(RawPeer.hello(BulkToken.random(), "a")),
              new byte[] {0, 0, 0, 0, 0, 0, 0, 0})) {
        byte[] answer = answer(plane.server.port(), probe);
        assertFalse(answer.length > 7 || answer.length > 0 && answer[0] != ALERT);
      }
    }
  }

  @Test
  void shouldEndAHandshakeThatTakesTooLong() throws IOException {
    BulkSettings settings =
        settings("node", AUTHORITY)
            .with(
                new BulkSettings.Signs(
                    Duration.ofMillis(200), Duration.ofSeconds(5), Duration.ofSeconds(15)));
    try (Plane plane = new Plane(settings)) {
      // The beginning of a TLS record.
      assertEquals(0, answer(plane.server.port(), new byte[] {22, 3, 1, 1}).length);
    }
  }

  /** Whoever is silent does not keep out who says who he is. */
  @Test
  void shouldTurnAwayTheOldestThatHasNotSaidWhoItIs() throws IOException {
    BulkSettings settings =
        settings("node", AUTHORITY)
            .with(
                new BulkSettings.Signs(
                    Duration.ofMinutes(5), Duration.ofMinutes(5), Duration.ofMinutes(15)));
    List<Socket> silent = new ArrayList<>();
    try (Plane plane = new Plane(settings)) {
      for (int i = 0; i < 64; i++) {
        silent.add(new Socket(Plane.HOST, plane.server.port()));
      }
      plane.connect("late").close();
      assertEquals(1, plane.server.refused());
    } finally {
      for (Socket socket : silent) {
        socket.close();
      }
    }
  }

  /** What is said until the other side closes. */
  static byte[] answer(int port, byte[] probe) throws IOException {
    try (Socket socket = new Socket(Plane.HOST, port)) {
      socket.setSoTimeout((int) Duration.ofSeconds(60).toMillis());
      socket.getOutputStream().write(probe);
      ByteArrayOutputStream answer = new ByteArrayOutputStream();
      try {
        socket.getInputStream().transferTo(answer);
      } catch (SocketException e) {
        // Reset, since what it was sent was not read to the end.
      }
      return answer.toByteArray();
    }
  }
}
