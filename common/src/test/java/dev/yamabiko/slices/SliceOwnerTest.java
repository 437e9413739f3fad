package dev.yamabiko.slices;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import dev.yamabiko.protocol.FloatSegment;
import dev.yamabiko.protocol.NodeMessage;
import dev.yamabiko.protocol.OwnerEvent;
import dev.yamabiko.protocol.OwnerMessage;
import dev.yamabiko.protocol.RunDefinition;
import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.RunMessage;
import dev.yamabiko.protocol.SliceMessage;
import dev.yamabiko.protocol.SliceRange;
import dev.yamabiko.protocol.WorkerMessage;
import dev.yamabiko.step.Block;
import dev.yamabiko.step.ChunkGrid;
import dev.yamabiko.step.SampleHash;
import dev.yamabiko.step.Statistics;
import dev.yamabiko.wire.BulkClient;
import dev.yamabiko.wire.BulkLink;
import dev.yamabiko.wire.BulkServer;
import dev.yamabiko.wire.BulkSettings;
import dev.yamabiko.wire.BulkToken;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The second of two slices, owned elsewhere: the coordinator and a worker are played here. */
class SliceOwnerTest {

  private static final ActorTestKit KIT = ActorTestKit.create();
  private static final String HOST = "127.0.0.1";
  private static final RunKey KEY = new RunKey("run", 2, 1);
  private static final String JOB =
      """
      name = owned
      data.train.builtin { name = sine, examples = 8 }
      model = [ { dense { units = 3000 } }, { dense { units = 1 } } ]
      loss = half-squared-error
      optimizer { sgd { learning-rate = 1, momentum = 0.5 } }
      batch-size = 4, shards = 2, epochs = 1
      tensorboard.histograms { every-steps = 2, gradients = true }
      """;
  private static final int LENGTH = 2 * 3000 + 3001;
  private static final int FROM = ChunkGrid.sliceFrom(LENGTH, 2, 1);

  /** What comes to the worker, or from it. */
  private static final class Worker implements BulkClient.Receiver {
    final BlockingQueue<WorkerMessage.InstallWeights> weights = new LinkedBlockingQueue<>();

    @Override
    public void installed(WorkerMessage.InstallWeights installed) {
      weights.add(installed);
    }

    @Override
    public void connected() {}

    @Override
    public void disconnected(String cause) {}

    @Override
    public void deserted(String cause) {}

    @Override
    public void refused(String reason) {}
  }

  private final TestProbe<RunMessage> run = KIT.createTestProbe(RunMessage.class);
  private final TestProbe<OwnerEvent> standIn = KIT.createTestProbe(OwnerEvent.class);
  private final TestProbe<NodeMessage> node = KIT.createTestProbe(NodeMessage.class);
  private final float[][] beginning = new float[2][LENGTH];
  private BulkServer coordinator;
  private BulkServer own;
  private ActorRef<SliceOwner.Command> owner;

  @BeforeEach
  void start() throws IOException {
    coordinator = BulkServer.bind(HOST, 0, BulkSettings.DEFAULT);
    own = BulkServer.bind(HOST, 0, BulkSettings.DEFAULT);
    for (int i = 0; i < LENGTH; i++) {
      beginning[0][i] = i;
      beginning[1][i] = -i;
    }
  }

  @AfterEach
  void end() {
    KIT.stop(owner);
    own.close();
    coordinator.close();
  }

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  private OwnerEvent.SlicesTaken begin() {
    String token = BulkToken.random();
    SlicePieces slice = new SlicePieces(beginning, FROM, LENGTH - FROM);
    coordinator.admit(SlicePieces.key(KEY), "p", token, new Beginning(slice));
    own(new SliceRange(1, 2, 2), token);
    return standIn.expectMessageClass(OwnerEvent.SlicesTaken.class);
  }

  private void own(SliceRange slices, String token) {
    own(JOB, slices, token);
  }

  private void own(String job, SliceRange slices, String token) {
    owner =
        KIT.spawn(
            SliceOwner.create(
                new NodeMessage.OwnSlices(
                    KEY,
                    new RunDefinition(job, "", Optional.empty()),
                    slices,
                    1,
                    0,
                    8,
                    List.of(1),
                    HOST,
                    coordinator.port(),
                    token,
                    run.ref(),
                    standIn.ref()),
                "p",
                own,
                HOST,
                1));
  }

  @Test
  void shouldSayHowMuchMemoryIsMissing() {
    own(JOB.replace("3000", "700000000"), new SliceRange(0, 1, 1), BulkToken.random());
    String why = standIn.expectMessageClass(OwnerEvent.OwnerFailed.class).cause();
    assertTrue(
        why.matches(
            "not enough memory: its slices need about 46\\.9 GiB of heap besides the rest of the node,"
                + " and the JVM may use .*; give it more, as in YAMABIKO_JAVA_OPTS=-Xmx48g"),
        why);
  }

  private record Beginning(SlicePieces slice) implements BulkLink.Receiver {

    @Override
    public void contributed(SliceMessage.Contribute contribution) {}

    @Override
    public ByteBuffer datasetBlock(String name, int index) {
      return name.equals(SlicePieces.beginning(1)) ? slice.read(index) : null;
    }

    @Override
    public void connected() {}

    @Override
    public void disconnected(String cause) {}
  }

  /** Admitted, connected, and admitted again, as a run does. */
  private BulkClient connect(OwnerEvent.SlicesTaken taken, Worker worker) {
    OwnerMessage admit = new OwnerMessage.AdmitWorker(KEY, "w", node.ref(), 1);
    taken.owner().tell(admit);
    NodeMessage.ConnectSlices where = node.expectMessageClass(NodeMessage.ConnectSlices.class);
    assertEquals(own.port(), where.bulkPort());
    assertEquals(1, where.fromSlice());
    assertEquals(2, where.toSlice());
    BulkClient client =
        BulkClient.open(
            where.bulkHost(),
            where.bulkPort(),
            where.token(),
            where.key(),
            "w",
            worker,
            BulkSettings.DEFAULT);
    assertEquals(
        new RunMessage.WorkerConnected(KEY, "w", "p"),
        run.expectMessageClass(RunMessage.WorkerConnected.class));
    taken.owner().tell(admit);
    return client;
  }

  private static WorkerMessage.InstallWeights next(Worker worker) throws InterruptedException {
    WorkerMessage.InstallWeights next = worker.weights.poll(20, TimeUnit.SECONDS);
    assertNotNull(next, "no weights");
    return next;
  }

  private <T> T await(Class<T> type) {
    while (true) {
      OwnerEvent event = standIn.receiveMessage();
      if (type.isInstance(event)) {
        return type.cast(event);
      }
    }
  }

  @Test
  void shouldTakeStepsWithAWorkerFarAwayAndGiveItsCopies() throws Exception {
    OwnerEvent.SlicesTaken taken = begin();
    taken.slices().tell(new SliceMessage.MeetPeers(KEY, List.of(taken.slices())));
    Worker worker = new Worker();
    try (BulkClient client = connect(taken, worker)) {
      WorkerMessage.InstallWeights first = next(worker);
      assertEquals(1, first.step());
      assertEquals(1, first.slice());
      assertArrayEquals(Arrays.copyOfRange(beginning[0], FROM, LENGTH), first.weights().values());

      float[] gradient = new float[LENGTH - FROM];
      Arrays.fill(gradient, 8);
      Statistics statistics = new Statistics(4, 1, 0, 0, SampleHash.ofAll(4));
      client.send(
          new SliceMessage.Contribute(
              KEY,
              1,
              1,
              new Block(0, 2),
              new FloatSegment(gradient, 0, gradient.length),
              statistics,
              "w"));
      RunMessage.SliceUpdated updated = run.expectMessageClass(RunMessage.SliceUpdated.class);
      assertEquals(1, updated.step());
      assertEquals(4, updated.statistics().examples());
      WorkerMessage.InstallWeights second = next(worker);
      assertEquals(2, second.step());
      assertNotEquals(first.weights().values()[0], second.weights().values()[0]);

      // One that was told while its gradient came in counts no step yet.
      OwnerEvent.WorkerTraffic traffic = await(OwnerEvent.WorkerTraffic.class);
      while (traffic.steps() == 0) {
        traffic = await(OwnerEvent.WorkerTraffic.class);
      }
      assertEquals("w", traffic.worker());
      assertTrue(traffic.received() > gradient.length * 4L, traffic.toString());
      assertEquals(1, traffic.steps());

      taken.owner().tell(new OwnerMessage.StageSlices(KEY, 2, true, true));
      assertEquals(new OwnerEvent.SliceStaged(KEY, 2, 1), await(OwnerEvent.SliceStaged.class));
      float[][] copy = new float[3][LENGTH];
      try (BulkClient reader =
          BulkClient.open(
              HOST,
              own.port(),
              taken.token(),
              SlicePieces.key(KEY),
              SliceOwner.READER,
              new Worker(),
              BulkSettings.DEFAULT)) {
        new SlicePieces(copy, FROM, LENGTH - FROM).fetch(reader, SlicePieces.staged(2, 1));
      }
      assertArrayEquals(second.weights().values(), Arrays.copyOfRange(copy[0], FROM, LENGTH));
      assertEquals(0, copy[0][FROM - 1]);
      assertNotEquals(beginning[1][LENGTH - 1], copy[1][LENGTH - 1]);
      assertEquals(8f / 4, copy[2][LENGTH - 1], "the gradient, of four examples");
      assertEquals(0, copy[2][FROM - 1]);
    }
  }

  @Test
  void shouldPayNoHeedToAnotherLineage() {
    OwnerEvent.SlicesTaken taken = begin();
    RunKey before = new RunKey("run", 2);
    taken.owner().tell(new OwnerMessage.AdmitWorker(before, "w", node.ref(), 1));
    taken.owner().tell(new OwnerMessage.StageSlices(before, 1, true, false));
    taken.owner().tell(new OwnerMessage.StageSlices(KEY, 1, false, false));
    assertEquals(new OwnerEvent.SliceStaged(KEY, 1, 1), await(OwnerEvent.SliceStaged.class));
    node.expectNoMessage(Duration.ofMillis(100));
  }

  @Test
  void shouldSayWhenItEnds() {
    begin();
    run.stop();
    assertEquals("it has ended", await(OwnerEvent.OwnerFailed.class).cause());
  }

  @Test
  void shouldSayThatItsBeginningCannotBeHad() {
    String token = BulkToken.random();
    SlicePieces other = new SlicePieces(beginning, 0, 1);
    coordinator.admit(SlicePieces.key(KEY), "p", token, new Beginning(other));
    own(new SliceRange(0, 1, 2), token);
    String cause = await(OwnerEvent.OwnerFailed.class).cause();
    assertTrue(cause.contains("slice-0"), cause);
  }
}
