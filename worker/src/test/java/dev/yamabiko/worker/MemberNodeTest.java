package dev.yamabiko.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import akka.actor.Address;
import akka.actor.ExtendedActorSystem;
import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.Member;
import akka.cluster.MemberStatus;
import akka.cluster.UniqueAddress;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Join;
import akka.remote.RemoteActorRefProvider;
import akka.remote.artery.ArteryTransport;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import scala.Option;

/** Beside a coordinator's node that has no coordinator, in one JVM; the agent is played. */
@Timeout(120)
class MemberNodeTest {

  private static final long MOST_SECONDS = 40;

  private final ActorTestKit kit =
      ActorTestKit.create(
          "yamabiko",
          ConfigFactory.parseString(
                  "akka.remote.artery.canonical { hostname = 127.0.0.1, port = 0 }\n"
                      + "akka.cluster.roles = [coordinator]")
              .withFallback(ConfigFactory.load("cluster-node")));
  private final Cluster cluster = Cluster.get(kit.system());

  /** Of the actor systems that the node has begun. */
  private final BlockingQueue<UniqueAddress> begun = new LinkedBlockingQueue<>();

  private final NodeSettings settings =
      new NodeSettings(
          "w1",
          List.of(new NodeSettings.Peer("127.0.0.1", (int) self().port().get())),
          "127.0.0.1",
          0,
          1,
          Path.of("unused"),
          1);
  private final MemberNode node =
      new MemberNode(
          settings,
          "worker",
          () -> MemberNode.hello(settings),
          (hello, ended) ->
              Behaviors.setup(
                  context -> {
                    begun.add(Cluster.get(context.getSystem()).selfMember().uniqueAddress());
                    return Behaviors.receiveMessage(
                        message -> {
                          ended.accept(new WorkerAgent.End.Left());
                          return Behaviors.same();
                        });
                  }),
          Duration.ofSeconds(10));
  private final Thread running = new Thread(node::run, "member-node");

  @AfterEach
  void stop() throws InterruptedException {
    node.leave();
    running.join();
    kit.shutdownTestKit();
  }

  private Address self() {
    return cluster.selfMember().address();
  }

  private UniqueAddress nextBegun() throws InterruptedException {
    UniqueAddress next = begun.poll(MOST_SECONDS, TimeUnit.SECONDS);
    assertNotNull(next, "no actor system began");
    return next;
  }

  /** As a coordinator's node does to one that it puts out. */
  private void quarantine(UniqueAddress other) {
    RemoteActorRefProvider provider =
        (RemoteActorRefProvider) ((ExtendedActorSystem) kit.system().classicSystem()).provider();
    ArteryTransport transport = (ArteryTransport) provider.transport();
    // Not before both know each other.
    kit.createTestProbe()
        .awaitAssert(
            Duration.ofSeconds(MOST_SECONDS),
            () -> {
              transport.quarantine(
                  other.address(), Option.apply(other.longUid()), "put out by a test", true);
              assertTrue(
                  transport.association(other.address()).associationState().isQuarantined(),
                  "not quarantined: " + other);
              return null;
            });
  }

  private boolean isMember(UniqueAddress other) {
    for (Member member : cluster.state().getMembers()) {
      if (member.uniqueAddress().equals(other)) {
        return true;
      }
    }
    return false;
  }

  @Test
  void shouldBeginAnewWhenACoordinatorPaysItNoHeedAnyMore() throws InterruptedException {
    running.start();
    UniqueAddress first = nextBegun();
    assertFalse(node.hasJoined());
    quarantine(first);
    cluster.manager().tell(new Join(self()));
    kit.createTestProbe()
        .awaitAssert(
            Duration.ofSeconds(MOST_SECONDS),
            () -> {
              assertEquals(MemberStatus.up(), cluster.selfMember().status());
              return null;
            });
    nextBegun();
    // The second, or on a slow machine a later one.
    kit.createTestProbe()
        .awaitAssert(
            Duration.ofSeconds(MOST_SECONDS),
            () -> {
              assertEquals(Optional.empty(), node.unready());
              assertTrue(node.hasJoined());
              return null;
            });
    assertFalse(isMember(first));
  }
}
