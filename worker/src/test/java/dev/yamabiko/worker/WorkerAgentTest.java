package dev.yamabiko.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import akka.actor.Address;
import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.actor.typed.receptionist.Receptionist;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Join;
import com.typesafe.config.ConfigFactory;
import dev.yamabiko.data.blocks.DatasetRef;
import dev.yamabiko.protocol.CoordinatorMessage;
import dev.yamabiko.protocol.NodeMessage;
import dev.yamabiko.protocol.RunDefinition;
import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.RunMessage;
import dev.yamabiko.protocol.WorkerHello;
import dev.yamabiko.wire.BulkSettings;
import dev.yamabiko.wire.BulkToken;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker's guardian in a cluster of its own; the coordinator is played by a probe. */
class WorkerAgentTest {

  private static final Duration ANSWER = Duration.ofSeconds(20);
  private static final WorkerHello HELLO =
      new WorkerHello(1, List.of(), "f00d", "w", "h", 1, 1L << 30);
  private static final String JOB =
      """
      name = j, seed = 1, epochs = 1, batch-size = 8, shards = 1
      data.train.builtin { name = spirals, examples = 64 }
      model = [{ dense { units = 3 } }]
      loss = softmax-cross-entropy
      optimizer.sgd.learning-rate = 0.1
      """;
  private static final ActorTestKit KIT =
      ActorTestKit.create(
          "yamabiko",
          ConfigFactory.parseString(
                  "akka.remote.artery.canonical { hostname = 127.0.0.1, port = 0 }")
              .withFallback(ConfigFactory.load("cluster-node")));

  @TempDir private Path directory;
  private final BlockingQueue<WorkerAgent.End> ends = new LinkedBlockingQueue<>();
  private final TestProbe<CoordinatorMessage> coordinator =
      KIT.createTestProbe(CoordinatorMessage.class);
  private ActorRef<WorkerAgent.Command> agent;
  private ServerSocket listener;

  @BeforeAll
  static void form() {
    Cluster cluster = Cluster.get(KIT.system());
    cluster.manager().tell(new Join(cluster.selfMember().address()));
  }

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  @BeforeEach
  void start() throws IOException {
    listener = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"));
    KIT.system()
        .receptionist()
        .tell(Receptionist.register(CoordinatorMessage.SERVICE, coordinator.ref()));
    agent =
        KIT.spawn(
            WorkerAgent.create(
                HELLO,
                new RemoteData(directory, 1L << 20),
                1L << 20,
                BulkSettings.DEFAULT,
                ends::add));
  }

  /** The next test must not find this one's coordinator. */
  @AfterEach
  void end() throws IOException {
    KIT.stop(agent);
    listener.close();
    coordinator.stop();
    TestProbe<Receptionist.Listing> listings = KIT.createTestProbe(Receptionist.Listing.class);
    KIT.system()
        .receptionist()
        .tell(Receptionist.subscribe(CoordinatorMessage.SERVICE, listings.ref()));
    Receptionist.Listing listing;
    do {
      listing = listings.receiveMessage(ANSWER);
    } while (!listing.getServiceInstances(CoordinatorMessage.SERVICE).isEmpty());
  }

  private CoordinatorMessage.RegisterWorker offered() {
    return coordinator.expectMessageClass(CoordinatorMessage.RegisterWorker.class, ANSWER);
  }

  /** In term 4. */
  private CoordinatorMessage.RegisterWorker accepted() {
    CoordinatorMessage.RegisterWorker offer = offered();
    offer.node().tell(new NodeMessage.WorkerAccepted(4, "w"));
    return offer;
  }

  private Optional<Address> place() {
    return Optional.of(coordinator.ref().path().address());
  }

  private WorkerAgent.End ended() throws InterruptedException {
    return ends.poll(ANSWER.toSeconds(), TimeUnit.SECONDS);
  }

  private NodeMessage.EnlistWorker enlist(long term, ActorRef<RunMessage> replyTo) {
    return enlist(term, new RunDefinition("no job", "", Optional.empty()), replyTo);
  }

  /** In a run whose bulk connections nobody answers, but somebody listens for. */
  private NodeMessage.EnlistWorker enlist(
      long term, RunDefinition definition, ActorRef<RunMessage> replyTo) {
    return new NodeMessage.EnlistWorker(
        new RunKey("run", term),
        definition,
        1,
        "127.0.0.1",
        listener.getLocalPort(),
        BulkToken.random(),
        replyTo);
  }

  @Test
  void shouldOfferItselfAgainUntilItIsAccepted() {
    assertEquals(HELLO, offered().hello());
    offered();
    // An offer may be under way when the answer comes; the next would come a second later.
    accepted();
    coordinator.expectNoMessage(Duration.ofMillis(1500));
  }

  @Test
  void shouldEndWhenItIsRefusedAndLeaveTheGoodbyeToItsNode() throws InterruptedException {
    offered().node().tell(new NodeMessage.WorkerRefused("other bits"));
    assertEquals(new WorkerAgent.End.Refused("other bits"), ended());
    // A guardian that stops would end its system before that has left the cluster.
    TestProbe<Object> watcher = KIT.createTestProbe(Object.class);
    assertThrows(
        AssertionError.class, () -> watcher.expectTerminated(agent, Duration.ofMillis(300)));
  }

  @Test
  void shouldSayThatItLeaves() throws InterruptedException {
    accepted();
    agent.tell(new WorkerAgent.Leave());
    CoordinatorMessage message;
    do {
      message = coordinator.receiveMessage(ANSWER);
    } while (message instanceof CoordinatorMessage.RegisterWorker);
    assertEquals("w", assertInstanceOf(CoordinatorMessage.WorkerLeaving.class, message).worker());
    assertEquals(new WorkerAgent.End.Left(), ended());
  }

  @Test
  void shouldNotCallItAFailureThatItLeavesWhileItFetchesData() throws Exception {
    ActorRef<NodeMessage> node = accepted().node();
    TestProbe<RunMessage> run = KIT.createTestProbe(RunMessage.class);
    DatasetRef data = new DatasetRef("ab".repeat(32), 4096, "cd".repeat(32));
    node.tell(enlist(4, new RunDefinition(JOB, data.dataSha256(), Optional.of(data)), run.ref()));
    Socket connection = listener.accept();
    agent.tell(new WorkerAgent.Leave());
    assertEquals(new WorkerAgent.End.Left(), ended());
    run.expectNoMessage(Duration.ofSeconds(1));
    connection.close();
  }

  @Test
  void shouldStartAnewWhenTheCoordinatorEnds() throws InterruptedException {
    accepted();
    coordinator.stop();
    assertTrue(ended() instanceof WorkerAgent.End.Restart);
  }

  /** So it does when its process is killed, long before the failure detector gives its node up. */
  @Test
  void shouldStartAnewWhenNobodyListensForItsBulkConnectionAnyMore() throws Exception {
    ActorRef<NodeMessage> node = accepted().node();
    node.tell(enlist(4, KIT.createTestProbe(RunMessage.class).ref()));
    Socket connection = listener.accept();
    assertNull(ends.peek());
    listener.close();
    connection.close();
    WorkerAgent.End.Restart end = assertInstanceOf(WorkerAgent.End.Restart.class, ended());
    assertTrue(end.why().startsWith("the coordinator's process has ended: "), end.why());
    assertEquals(place(), end.lost());
  }

  @Test
  void shouldStartAnewWhenItMeetsAnotherTerm() throws InterruptedException {
    ActorRef<NodeMessage> node = accepted().node();
    node.tell(new NodeMessage.WorkerAccepted(4, "w"));
    node.tell(new NodeMessage.WorkerAccepted(5, "w"));
    assertEquals(new WorkerAgent.End.Restart("the coordinator began term 5", place()), ended());
  }

  @Test
  void shouldStartAnewWhenARunIsOfALaterTerm() throws InterruptedException {
    ActorRef<NodeMessage> node = accepted().node();
    TestProbe<RunMessage> run = KIT.createTestProbe(RunMessage.class);
    node.tell(enlist(5, run.ref()));
    assertEquals(new WorkerAgent.End.Restart("the coordinator began term 5", place()), ended());
  }

  @Test
  void shouldPayNoHeedToARunOfAnEarlierTerm() {
    ActorRef<NodeMessage> node = accepted().node();
    TestProbe<RunMessage> run = KIT.createTestProbe(RunMessage.class);
    node.tell(enlist(3, run.ref()));
    node.tell(enlist(4, run.ref()));
    // Only the run of this term tries, and fails with its job.
    RunMessage.WorkerFailed failed = run.expectMessageClass(RunMessage.WorkerFailed.class, ANSWER);
    assertEquals(new RunKey("run", 4), failed.key());
    run.expectNoMessage(Duration.ofMillis(200));
    assertNull(ends.peek());
  }

  @Test
  void shouldPayNoHeedToALateCallForARunThatItHasLeft() {
    ActorRef<NodeMessage> node = accepted().node();
    TestProbe<RunMessage> run = KIT.createTestProbe(RunMessage.class);
    NodeMessage.EnlistWorker first = enlist(4, run.ref());
    node.tell(first);
    run.expectMessageClass(RunMessage.WorkerFailed.class, ANSWER);
    node.tell(enlist(4, run.ref()));
    run.expectMessageClass(RunMessage.WorkerFailed.class, ANSWER);
    node.tell(first);
    run.expectNoMessage(Duration.ofMillis(200));
  }
}
