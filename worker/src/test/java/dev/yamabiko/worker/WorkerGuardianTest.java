package dev.yamabiko.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Join;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** On a node that may have the next coordinator; agents are played, and end when they are told. */
class WorkerGuardianTest {

  private static final Duration ANSWER = Duration.ofSeconds(20);
  private static final WorkerAgent.End LOST =
      new WorkerAgent.End.Restart("the coordinator ended", Optional.empty());
  private static final ActorTestKit KIT =
      ActorTestKit.create(
          "yamabiko",
          ConfigFactory.parseString(
                  "akka.remote.artery.canonical { hostname = 127.0.0.1, port = 0 }\n"
                      + "akka.cluster.roles = [coordinator]")
              .withFallback(ConfigFactory.load("cluster-node")));

  private final TestProbe<WorkerAgent.Command> told =
      KIT.createTestProbe(WorkerAgent.Command.class);
  private final BlockingQueue<Consumer<WorkerAgent.End>> agents = new LinkedBlockingQueue<>();
  private final BlockingQueue<WorkerAgent.End> ends = new LinkedBlockingQueue<>();
  private final ActorRef<WorkerGuardian.Command> guardian =
      KIT.spawn(WorkerGuardian.create(this::agent, ends::add));

  @BeforeAll
  static void form() {
    Cluster cluster = Cluster.get(KIT.system());
    cluster.manager().tell(new Join(cluster.selfMember().address()));
    TestProbe<Object> waiting = KIT.createTestProbe(Object.class);
    waiting.awaitAssert(
        ANSWER,
        () -> {
          assertEquals(MemberStatus.up(), cluster.selfMember().status());
          return null;
        });
  }

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  private Behavior<WorkerAgent.Command> agent(Consumer<WorkerAgent.End> ended) {
    agents.add(ended);
    return Behaviors.receiveMessage(
        message -> {
          told.ref().tell(message);
          return Behaviors.same();
        });
  }

  private Consumer<WorkerAgent.End> nextAgent() throws InterruptedException {
    Consumer<WorkerAgent.End> next = agents.poll(ANSWER.toSeconds(), TimeUnit.SECONDS);
    assertNotNull(next, "no agent began");
    return next;
  }

  private WorkerAgent.End ended() throws InterruptedException {
    return ends.poll(ANSWER.toSeconds(), TimeUnit.SECONDS);
  }

  @Test
  void shouldBeginWithAnotherAgentWhenThereMayBeAnotherCoordinator() throws InterruptedException {
    nextAgent().accept(LOST);
    nextAgent();
    assertNull(ends.peek());
    KIT.stop(guardian);
  }

  @Test
  void shouldLeaveWhenItsAgentHasEndedBeforeItHeardOfThat() throws InterruptedException {
    Consumer<WorkerAgent.End> first = nextAgent();
    guardian.tell(new WorkerGuardian.Leave());
    told.expectMessageClass(WorkerAgent.Leave.class, ANSWER);
    first.accept(LOST);
    assertEquals(new WorkerAgent.End.Left(), ended());
  }

  @Test
  void shouldLeaveAtOnceBetweenTwoAgents() throws InterruptedException {
    nextAgent().accept(LOST);
    guardian.tell(new WorkerGuardian.Leave());
    assertEquals(new WorkerAgent.End.Left(), ended());
  }
}
