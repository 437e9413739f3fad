package dev.yamabiko.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.protocol.SliceMessage;
import dev.yamabiko.protocol.WorkerMessage;
import dev.yamabiko.step.Block;
import dev.yamabiko.step.Statistics;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class BulkReconnectTest {

  private static final BulkSettings QUICK_PINGS =
      Plane.SMALL.with(
          new BulkSettings.Signs(
              Duration.ofSeconds(5), Duration.ofMillis(50), Duration.ofMillis(400)));

  private static BulkFrame.ContributionBegin begin(int total, float[] first) {
    return new BulkFrame.ContributionBegin(
        Plane.RUN,
        4,
        1,
        new Block(2, 4),
        new Statistics(1, 1, 1, 1),
        0,
        total,
        FloatRun.of(first, 0, first.length));
  }

  @Test
  void shouldComeBackAndSendAgainWhenTheConnectionIsCut() {
    try (Plane plane = new Plane(Plane.SMALL)) {
      Plane.Pair pair = plane.connect("w");
      float[] gradient = Plane.floats(7000, 1);
      pair.client().send(Plane.contribution(3, 0, new Block(0, 1), gradient, "w"));
      Await.next(pair.coordinator().contributions);
      plane.server.cutConnections();
      assertTrue(Await.next(pair.worker().events).startsWith("disconnected: "));
      assertEquals("connected", Await.next(pair.worker().events));

      // What was sent may not have arrived, so it comes again.
      SliceMessage.Contribute again = Await.next(pair.coordinator().contributions);
      assertEquals(3, again.step());
      assertArrayEquals(gradient, Plane.copy(again.gradient()));
      pair.client().send(Plane.contribution(4, 0, new Block(0, 1), gradient, "w"));
      assertEquals(4, Await.next(pair.coordinator().contributions).step());
    }
  }

  @Test
  void shouldNotSendAgainWhatNewerWeightsShowToHaveArrived() {
    try (Plane plane = new Plane(Plane.SMALL)) {
      Plane.Pair pair = plane.connect("w");
      float[] gradient = Plane.floats(70, 1);
      for (int slice = 0; slice < 2; slice++) {
        pair.client().send(Plane.contribution(3, slice, new Block(0, 1), gradient, "w"));
        Await.next(pair.coordinator().contributions);
      }
      pair.link().send(Plane.weights(4, 0, gradient));
      Await.next(pair.worker().weights);
      plane.server.cutConnections();
      assertEquals(1, Await.next(pair.coordinator().contributions).slice());
      pair.client().send(Plane.contribution(4, 0, new Block(0, 1), gradient, "w"));
      assertEquals(4, Await.next(pair.coordinator().contributions).step());
    }
  }

  @Test
  void shouldComeBackToAServerThatWasClosedAndOpenedAgain() throws IOException {
    String token = BulkToken.random();
    WorkerEnd worker = new WorkerEnd();
    BulkServer first = BulkServer.bind(Plane.HOST, 0, Plane.SMALL);
    int port = first.port();
    first.admit(Plane.RUN, "w", token, new CoordinatorEnd());
    BulkClient client =
        BulkClient.open(Plane.HOST, port, token, Plane.RUN, "w", worker, Plane.SMALL);
    assertEquals("connected", Await.next(worker.events));
    first.close();
    assertTrue(Await.next(worker.events).startsWith("disconnected: "));
    try (ServerSocket second = listen(port);
        RawPeer peer = accept(second)) {
      assertEquals("connected", Await.next(worker.events));
      peer.send(weights(1, new float[] {5}));
      Await.next(worker.weights);
      client.close();
    }
    Await.allBuffersReleased();
  }

  @Test
  void shouldTellThatNobodyListensAnyMoreAndGoOnTrying() throws IOException {
    WorkerEnd worker = new WorkerEnd();
    ServerSocket first = listen(0);
    int port = first.getLocalPort();
    try (BulkClient client = open(first, worker, Plane.SMALL)) {
      RawPeer lost = accept(first);
      assertEquals("connected", Await.next(worker.events));
      assertTrue(client.isConnected());
      first.close();
      lost.close();
      assertTrue(Await.next(worker.desertions).startsWith("nothing listens at "));
      try (ServerSocket second = listen(port);
          RawPeer peer = accept(second)) {
        assertTrue(Await.next(worker.events).startsWith("disconnected: "));
        assertEquals("connected", Await.next(worker.events));
        peer.send(weights(1, new float[] {5}));
        Await.next(worker.weights);
      }
    }
  }

  /** As where a network fails for a moment. */
  @Test
  void shouldNotTakeLostConnectionsForAnEndedProcess() throws IOException {
    WorkerEnd worker = new WorkerEnd();
    try (ServerSocket listener = listen(0);
        BulkClient client = open(listener, worker, Plane.SMALL)) {
      for (int i = 0; i < 5; i++) {
        RawPeer lost = accept(listener);
        assertEquals("connected", Await.next(worker.events));
        assertTrue(client.isConnected());
        lost.close();
        assertTrue(Await.next(worker.events).startsWith("disconnected: "));
      }
      assertTrue(worker.desertions.isEmpty());
    }
  }

  @Test
  void shouldKeepContributionsForTheNextConnection() throws IOException {
    WorkerEnd worker = new WorkerEnd();
    try (ServerSocket listener = listen(0);
        BulkClient client = open(listener, worker, Plane.SMALL)) {
      client.send(Plane.contribution(3, 0, new Block(0, 1), Plane.floats(10, 1), "w"));
      client.send(Plane.contribution(4, 0, new Block(0, 1), Plane.floats(10, 2), "w"));
      client.send(Plane.contribution(4, 1, new Block(0, 1), Plane.floats(10, 3), "w"));
      try (RawPeer peer = accept(listener)) {
        for (int slice = 0; slice < 2; slice++) {
          BulkFrame.ContributionBegin begin =
              assertInstanceOf(BulkFrame.ContributionBegin.class, peer.read());
          assertEquals(4, begin.step());
          assertEquals(slice, begin.slice());
        }
      }
    }
    Await.allBuffersReleased();
  }

  @Test
  void shouldGiveTheLinkToTheNewerConnection() {
    try (Plane plane = new Plane(Plane.SMALL)) {
      Plane.Pair pair = plane.connect("w");
      WorkerEnd newer = new WorkerEnd();
      plane.open(pair.token(), "w", newer);
      assertEquals("connected", Await.next(newer.events));
      String reason = "another connection took the link of worker w in run run-1/3";
      assertEquals("disconnected: " + reason, Await.next(pair.worker().events));
      assertEquals("refused: " + reason, Await.next(pair.worker().events));
      assertTrue(Await.next(pair.coordinator().events).startsWith("disconnected: a newer"));
      assertEquals("connected", Await.next(pair.coordinator().events));
      pair.link().send(Plane.weights(0, 0, new float[3]));
      Await.next(newer.weights);
      assertTrue(pair.worker().weights.isEmpty());
    }
  }

  /** After a pause of the server the hello of a connection that was given up may be read last. */
  @Test
  void shouldLeaveTheLinkToTheNewerConnectionWhereTheOlderOneSaysHelloLate() {
    try (Plane plane = new Plane(Plane.SMALL)) {
      String token = BulkToken.random();
      BulkLink link = plane.server.admit(Plane.RUN, "w", token, new CoordinatorEnd());
      try (RawPeer older = RawPeer.connect(plane.server.port());
          RawPeer newer = RawPeer.greeted(plane, token, "w")) {
        older.send(RawPeer.hello(token, "w"));
        assertNull(older.read());
        link.send(Plane.weights(0, 0, new float[3]));
        assertInstanceOf(BulkFrame.WeightsBegin.class, newer.read());
      }
    }
  }

  @Test
  void shouldDropHalfAContributionWithItsConnection() {
    try (Plane plane = new Plane(Plane.SMALL)) {
      String token = BulkToken.random();
      CoordinatorEnd end = new CoordinatorEnd();
      plane.server.admit(Plane.RUN, "w", token, end);
      try (RawPeer peer = RawPeer.greeted(plane, token, "w")) {
        peer.send(begin(4, new float[] {1, 2, 3}));
      }
      assertEquals("connected", Await.next(end.events));
      Await.next(end.events);
      try (RawPeer peer = RawPeer.greeted(plane, token, "w")) {
        peer.send(begin(4, new float[] {5, 6}));
        peer.send(new BulkFrame.FloatsNext(2, FloatRun.of(new float[] {7, 8}, 0, 2)));
        SliceMessage.Contribute whole = Await.next(end.contributions);
        assertArrayEquals(new float[] {5, 6, 7, 8}, Plane.copy(whole.gradient()));
        assertTrue(end.contributions.isEmpty());
      }
    }
  }

  @Test
  void shouldDropHalfATransferWhenAnotherBegins() {
    try (Plane plane = new Plane(Plane.SMALL)) {
      String token = BulkToken.random();
      CoordinatorEnd end = new CoordinatorEnd();
      plane.server.admit(Plane.RUN, "w", token, end);
      try (RawPeer peer = RawPeer.greeted(plane, token, "w")) {
        peer.send(begin(4, new float[] {1, 2, 3}));
        peer.send(begin(2, new float[] {5, 6}));
        SliceMessage.Contribute whole = Await.next(end.contributions);
        assertArrayEquals(new float[] {5, 6}, Plane.copy(whole.gradient()));
      }
    }
  }

  @Test
  void shouldDropHalfOfWeightsWithTheirConnection() throws IOException {
    WorkerEnd worker = new WorkerEnd();
    try (ServerSocket listener = listen(0);
        BulkClient client = open(listener, worker, Plane.SMALL)) {
      try (RawPeer peer = accept(listener)) {
        peer.send(weights(4, new float[] {1, 2, 3}));
      }
      assertEquals("connected", Await.next(worker.events));
      assertTrue(Await.next(worker.events).startsWith("disconnected"));
      try (RawPeer peer = accept(listener)) {
        peer.send(weights(3, new float[] {5, 6, 7}));
        WorkerMessage.InstallWeights whole = Await.next(worker.weights);
        assertArrayEquals(new float[] {5, 6, 7}, Plane.copy(whole.weights()));
        assertTrue(client.isConnected());
      }
    }
    Await.allBuffersReleased();
  }

  private static BulkFrame weights(int total, float[] first) {
    return new BulkFrame.WeightsBegin(Plane.RUN, 1, 0, total, FloatRun.of(first, 0, first.length));
  }

  private static ServerSocket listen(int port) throws IOException {
    return new ServerSocket(port, 5, InetAddress.getByName(Plane.HOST));
  }

  private static BulkClient open(ServerSocket listener, WorkerEnd end, BulkSettings settings) {
    int port = listener.getLocalPort();
    return BulkClient.open(Plane.HOST, port, BulkToken.random(), Plane.RUN, "w", end, settings);
  }

  private static RawPeer accept(ServerSocket listener) throws IOException {
    RawPeer peer = new RawPeer(listener.accept());
    assertInstanceOf(BulkFrame.Hello.class, peer.read());
    peer.send(new BulkFrame.Accepted());
    return peer;
  }

  @Test
  void shouldGiveUpAWorkerThatShowsNoSignOfLife() {
    try (Plane plane = new Plane(QUICK_PINGS)) {
      String token = BulkToken.random();
      CoordinatorEnd end = new CoordinatorEnd();
      plane.server.admit(Plane.RUN, "w", token, end);
      try (RawPeer peer = RawPeer.greeted(plane, token, "w")) {
        assertEquals("connected", Await.next(end.events));
        assertEquals("disconnected: no sign of life for 400 ms", Await.next(end.events));
        assertEquals(null, peer.read());
      }
    }
  }

  @Test
  void shouldGiveUpACoordinatorThatShowsNoSignOfLife() throws IOException {
    WorkerEnd worker = new WorkerEnd();
    try (ServerSocket listener = listen(0);
        BulkClient client = open(listener, worker, QUICK_PINGS);
        RawPeer silent = accept(listener)) {
      assertEquals("connected", Await.next(worker.events));
      assertEquals("disconnected: no sign of life for 400 ms", Await.next(worker.events));
      assertEquals(null, silent.read());
      try (RawPeer next = accept(listener)) {
        assertEquals("connected", Await.next(worker.events));
        next.send(weights(1, new float[] {5}));
        Await.next(worker.weights);
        assertTrue(client.isConnected());
      }
    }
    Await.allBuffersReleased();
  }

  @Test
  void shouldStayConnectedWhileBothPing() {
    try (Plane plane = new Plane(QUICK_PINGS)) {
      Plane.Pair pair = plane.connect("w");
      long pings =
          2 + 2 * QUICK_PINGS.signs().deadAfter().dividedBy(QUICK_PINGS.signs().pingEvery());
      Await.until("pings", () -> pair.link().traffic().framesReceived() > pings);
      Await.until("pings", () -> pair.client().traffic().framesReceived() > pings);
      assertTrue(pair.worker().events.isEmpty() && pair.coordinator().events.isEmpty());
    }
  }
}
