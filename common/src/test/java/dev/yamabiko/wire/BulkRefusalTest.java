package dev.yamabiko.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.step.Block;
import dev.yamabiko.step.Statistics;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whatever a connection sends, only that connection suffers. */
class BulkRefusalTest {

  /** So long that whoever is refused before it is refused for what it sent. */
  private static final Duration LONG = Duration.ofMinutes(5);

  private Plane plane;
  private Plane.Pair running;

  @BeforeEach
  void open() {
    open(LONG);
  }

  private void open(Duration hello) {
    plane =
        new Plane(
            Plane.SMALL.with(
                new BulkSettings.Signs(hello, Duration.ofSeconds(5), Duration.ofSeconds(15))));
    running = plane.connect("running");
  }

  @AfterEach
  void close() {
    float[] values = Plane.floats(9000, 5);
    running.link().send(Plane.weights(1, 0, values));
    assertArrayEquals(values, Plane.copy(Await.next(running.worker().weights).weights()));
    assertTrue(running.worker().events.isEmpty(), running.worker().events.toString());
    plane.close();
  }

  private void assertClosedAfter(byte[] bytes) {
    try (RawPeer peer = RawPeer.connect(plane.server.port())) {
      peer.send(bytes);
      assertNull(peer.read());
    }
  }

  private void assertRefused(BulkFrame.Hello hello, String reason) {
    try (RawPeer peer = RawPeer.connect(plane.server.port())) {
      peer.send(hello);
      BulkFrame.Refused refused = assertInstanceOf(BulkFrame.Refused.class, peer.read());
      assertTrue(refused.reason().contains(reason), refused.reason());
      assertNull(peer.read());
    }
  }

  @Test
  void shouldCloseWhereTheFirstBytesAreHttp() {
    assertClosedAfter(
        "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
  }

  @Test
  void shouldCloseWhereALengthIsHugeNegativeOrZero() {
    for (int length : new int[] {Integer.MAX_VALUE, 1 << 20, 1017, -1, Integer.MIN_VALUE, 0}) {
      assertClosedAfter(ByteBuffer.allocate(8).putInt(length).putInt(7).array());
    }
  }

  @Test
  void shouldCloseWhereABodyIsGarbage() {
    byte[] garbage = new byte[108];
    ByteBuffer.wrap(garbage).putInt(100);
    assertClosedAfter(garbage);
  }

  @Test
  void shouldCloseWhereAnotherFrameComesFirst() {
    assertClosedAfter(RawPeer.bytes(new BulkFrame.BlockRequest(1, "00", 0)));
  }

  @Test
  void shouldCloseAfterTheDeadlineWhereNothingOrHalfAHelloComes() {
    plane.close();
    Duration deadline = Duration.ofMillis(300);
    open(deadline);
    long start = System.nanoTime();
    assertClosedAfter(new byte[0]);
    assertTrue(System.nanoTime() - start > deadline.toNanos() / 2);
    assertClosedAfter(new byte[] {0, 0, 0});
    assertClosedAfter(ByteBuffer.allocate(30).putInt(100).array());
  }

  @Test
  void shouldRefuseAnUnknownToken() {
    assertRefused(RawPeer.hello(BulkToken.random(), "running"), "unknown token");
  }

  @Test
  void shouldRefuseATokenOfAnotherWorkerOrRun() {
    assertRefused(RawPeer.hello(running.token(), "other"), "worker other");
    BulkFrame.Hello other =
        new BulkFrame.Hello(
            BulkFrame.MAGIC, BulkFrame.VERSION, running.token(), new RunKey("run-1", 4), "running");
    assertRefused(other, "run run-1/4");
  }

  @Test
  void shouldRefuseAnotherProtocolVersion() {
    int newer = BulkFrame.VERSION + 1;
    BulkFrame.Hello other =
        new BulkFrame.Hello(BulkFrame.MAGIC, newer, running.token(), Plane.RUN, "running");
    assertRefused(other, "bulk protocol version " + newer + ", expected " + BulkFrame.VERSION);
  }

  @Test
  void shouldEndAClientThatIsRefused() {
    WorkerEnd end = new WorkerEnd();
    try (BulkClient client = plane.open(BulkToken.random(), "stranger", end)) {
      assertEquals("refused: unknown token", Await.next(end.events));
      assertTrue(client.fetchDatasetBlock("00", 0).isCompletedExceptionally());
    }
  }

  @Test
  void shouldRefuseAClientWhoseLinkWasClosed() {
    Plane.Pair pair = plane.connect("leaver");
    pair.link().close();
    String reason = "the coordinator closed the link of run run-1/3";
    assertEquals("disconnected: " + reason, Await.next(pair.worker().events));
    assertEquals("refused: " + reason, Await.next(pair.worker().events));
    assertEquals("disconnected: the link was closed", Await.next(pair.coordinator().events));
  }

  @Test
  void shouldCloseALinkThatSendsABadSum() {
    byte[] bytes = RawPeer.bytes(begin(10, 10));
    bytes[bytes.length - 3] ^= 1;
    assertBad(bytes, "CRC32C of a frame of");
  }

  @Test
  void shouldCloseALinkThatAnnouncesTooLongAFrame() {
    byte[] bytes = ByteBuffer.allocate(8).putInt(BulkSettings.MOST_FRAME_BYTES).array();
    assertBad(bytes, "a frame announces 1048576 bytes");
  }

  @Test
  void shouldCloseALinkThatSendsFloatsOfNoTransfer() {
    assertBad(RawPeer.bytes(next(0, 3)), "floats that belong to no transfer");
  }

  @Test
  void shouldCloseALinkThatSendsTooManyFloats() {
    assertBad(RawPeer.bytes(begin(2, 3)), "floats [0, 3) arrive where [0, 2) are missing");
  }

  @Test
  void shouldCloseALinkThatLeavesAGap() {
    assertBad(
        join(RawPeer.bytes(begin(20, 3)), RawPeer.bytes(next(4, 3))),
        "floats [4, 7) arrive where [3, 20) are missing");
  }

  @Test
  void shouldCloseALinkThatAsksForTooMuchMemory() {
    assertBad(RawPeer.bytes(begin(Integer.MAX_VALUE, 3)), "needs more than");
  }

  @Test
  void shouldCloseALinkThatContributesToAnotherRun() {
    BulkFrame other =
        new BulkFrame.ContributionBegin(
            new RunKey("run-2", 3),
            0,
            0,
            new Block(0, 1),
            new Statistics(1, 1, 1, 1),
            0,
            0,
            FloatRun.of(new float[0], 0, 0));
    assertBad(RawPeer.bytes(other), "a contribution of run run-2/3 on a link of run run-1/3");
  }

  @Test
  void shouldCloseALinkThatSendsWhatOnlyCoordinatorsSend() {
    assertBad(RawPeer.bytes(new BulkFrame.Accepted()), "a worker does not send Accepted");
  }

  private static BulkFrame begin(int total, int first) {
    return new BulkFrame.ContributionBegin(
        Plane.RUN,
        0,
        0,
        new Block(0, 1),
        new Statistics(1, 1, 1, 1),
        0,
        total,
        FloatRun.of(new float[first], 0, first));
  }

  private static BulkFrame next(int at, int length) {
    return new BulkFrame.FloatsNext(at, FloatRun.of(new float[length], 0, length));
  }

  static byte[] join(byte[] a, byte[] b) {
    return ByteBuffer.allocate(a.length + b.length).put(a).put(b).array();
  }

  private void assertBad(byte[] bytes, String reason) {
    String token = BulkToken.random();
    CoordinatorEnd end = new CoordinatorEnd();
    plane.server.admit(Plane.RUN, "bad", token, end);
    try (RawPeer peer = RawPeer.greeted(plane, token, "bad")) {
      assertEquals("connected", Await.next(end.events));
      peer.send(bytes);
      assertNull(peer.read());
    }
    String event = Await.next(end.events);
    assertTrue(event.startsWith("disconnected: ") && event.contains(reason), event);
    assertTrue(end.contributions.isEmpty());
  }
}
