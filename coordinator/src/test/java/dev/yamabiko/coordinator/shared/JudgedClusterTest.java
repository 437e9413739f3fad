package dev.yamabiko.coordinator.shared;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import akka.actor.ActorRef;
import akka.actor.ActorSystem;
import akka.actor.Address;
import akka.actor.Props;
import akka.cluster.ClusterEvent;
import akka.cluster.ClusterEvent.ClusterDomainEvent;
import akka.cluster.Member;
import akka.cluster.MemberStatus;
import akka.cluster.Reachability;
import akka.cluster.UniqueAddress;
import akka.cluster.sbr.DowningStrategy;
import akka.cluster.sbr.LeaseMajority;
import akka.cluster.sbr.SplitBrainResolverBase;
import akka.coordination.lease.LeaseSettings;
import akka.coordination.lease.scaladsl.Lease;
import akka.dispatch.Futures;
import akka.testkit.javadsl.TestKit;
import akka.util.Version;
import com.typesafe.config.ConfigFactory;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import scala.Function1;
import scala.Option;
import scala.concurrent.Future;
import scala.concurrent.duration.FiniteDuration;
import scala.jdk.javaapi.CollectionConverters;
import scala.runtime.BoxedUnit;

/**
 * What Akka's own resolver does with what it hears, and that no worker can have a coordinator
 * downed.
 */
@Timeout(180)
class JudgedClusterTest {

  private static final String ROLE = "coordinator";

  /** Workers come first by address, as containers' names in hexadecimal do. */
  private static final Member SELF = member("coordinator", ROLE, 1);

  private static final Member SECOND = member("second", ROLE, 2);
  private static final Member NEAR = member("a", "worker", 3);
  private static final Member FAR = member("b", "worker", 4);

  private static final ActorSystem SYSTEM = ActorSystem.create("resolvers");

  @AfterAll
  static void end() {
    TestKit.shutdownActorSystem(SYSTEM, true);
  }

  @Test
  void shouldDownOnlyTheWorkerThatComesBackJustAsItIsDecidedUpon() throws Exception {
    Reachability each =
        Reachability.empty()
            .unreachable(SELF.uniqueAddress(), FAR.uniqueAddress())
            .unreachable(FAR.uniqueAddress(), SELF.uniqueAddress());
    List<ClusterDomainEvent> events = cluster(List.of(SELF, NEAR, FAR), each);
    assertEquals(Set.of(SELF.uniqueAddress(), FAR.uniqueAddress()), downed(events, 2));
    assertEquals(Set.of(FAR.uniqueAddress()), downed(seen(events), 1));
  }

  @Test
  void shouldDownOnlyTheWorkerThatHasHeardTheNewsOfItself() throws Exception {
    Reachability one = Reachability.empty().unreachable(SELF.uniqueAddress(), FAR.uniqueAddress());
    List<ClusterDomainEvent> events = cluster(List.of(SELF, NEAR, FAR), one);
    assertEquals(Set.of(SELF.uniqueAddress(), FAR.uniqueAddress()), downed(events, 2));
    assertEquals(Set.of(FAR.uniqueAddress()), downed(seen(events), 1));
  }

  @Test
  void shouldKeepACoordinatorThatOnlyAWorkerCannotReach() {
    Reachability one =
        Reachability.empty().unreachable(NEAR.uniqueAddress(), SECOND.uniqueAddress());
    List<ClusterDomainEvent> heard = seen(cluster(List.of(SELF, SECOND, NEAR), one));
    assertTrue(
        heard.stream().noneMatch(ClusterEvent.UnreachableMember.class::isInstance),
        heard::toString);
  }

  @Test
  void shouldDownACoordinatorThatTheOtherCannotReach() throws Exception {
    Reachability one =
        Reachability.empty().unreachable(SELF.uniqueAddress(), SECOND.uniqueAddress());
    List<ClusterDomainEvent> events =
        new ArrayList<>(cluster(List.of(SELF, SECOND, NEAR, FAR), one));
    events.add(seenBy(SELF, NEAR, FAR));
    assertEquals(Set.of(SECOND.uniqueAddress()), downed(seen(events), 1));
  }

  @Test
  void shouldLetTheFirstCoordinatorInReachDecide() {
    JudgedCluster cluster = new JudgedCluster(SECOND.uniqueAddress(), ROLE);
    List<ClusterDomainEvent> heard = new ArrayList<>();
    for (Member member : List.of(NEAR, SELF, SECOND)) {
      heard.addAll(cluster.heard(new ClusterEvent.MemberUp(member)));
    }
    assertEquals(List.of(SELF.address()), leaders(heard));
    Reachability one =
        Reachability.empty().unreachable(SECOND.uniqueAddress(), SELF.uniqueAddress());
    heard.clear();
    heard.addAll(cluster.heard(new ClusterEvent.ReachabilityChanged(one)));
    assertEquals(List.of(SECOND.address()), leaders(heard));
    assertTrue(heard.contains(new ClusterEvent.UnreachableMember(SELF)), heard::toString);
    heard.clear();
    heard.addAll(cluster.heard(new ClusterEvent.ReachabilityChanged(Reachability.empty())));
    assertEquals(List.of(SELF.address()), leaders(heard));
    assertTrue(heard.contains(new ClusterEvent.ReachableMember(SELF)), heard::toString);
  }

  private static List<Address> leaders(List<ClusterDomainEvent> heard) {
    return heard.stream()
        .filter(ClusterEvent.LeaderChanged.class::isInstance)
        .map(event -> ((ClusterEvent.LeaderChanged) event).getLeader())
        .toList();
  }

  private static Member member(String host, String role, int upNumber) {
    return new Member(
        new UniqueAddress(new Address("akka", "yamabiko", host, 7700), (long) upNumber),
        upNumber,
        MemberStatus.up(),
        CollectionConverters.asScala(Set.of(role, "dc-default")).toSet(),
        Version.Zero());
  }

  /** As Akka tells all of it to one that has just subscribed. */
  private static List<ClusterDomainEvent> cluster(List<Member> members, Reachability reachability) {
    List<ClusterDomainEvent> events = new ArrayList<>();
    for (Member member : members) {
      events.add(new ClusterEvent.MemberUp(member));
    }
    for (Member member : members) {
      if (!member.equals(SELF) && !reachability.isReachable(member.uniqueAddress())) {
        events.add(new ClusterEvent.UnreachableMember(member));
      }
    }
    events.add(new ClusterEvent.LeaderChanged(Option.apply(SELF.address())));
    events.add(new ClusterEvent.ReachabilityChanged(reachability));
    events.add(seenBy(members.toArray(Member[]::new)));
    return events;
  }

  private static ClusterEvent.SeenChanged seenBy(Member... members) {
    Set<Address> seen = new HashSet<>();
    for (Member member : members) {
      seen.add(member.address());
    }
    return new ClusterEvent.SeenChanged(false, CollectionConverters.asScala(seen).toSet());
  }

  private static List<ClusterDomainEvent> seen(List<ClusterDomainEvent> events) {
    JudgedCluster cluster = new JudgedCluster(SELF.uniqueAddress(), ROLE);
    return events.stream().flatMap(event -> cluster.heard(event).stream()).toList();
  }

  /** Whom the coordinator's resolver downs, which has the lease. */
  private static Set<UniqueAddress> downed(List<ClusterDomainEvent> events, int count)
      throws InterruptedException {
    BlockingQueue<UniqueAddress> downed = new LinkedBlockingQueue<>();
    ActorRef resolver =
        SYSTEM.actorOf(Props.create(Resolver.class, () -> new Resolver(new Granted(), downed)));
    events.forEach(event -> resolver.tell(event, ActorRef.noSender()));
    Set<UniqueAddress> nodes = new HashSet<>();
    for (int i = 0; i < count; i++) {
      nodes.add(downed.poll(30, TimeUnit.SECONDS));
    }
    // All that one decision downs, it downs at once.
    UniqueAddress more = downed.poll(100, TimeUnit.MILLISECONDS);
    if (more != null) {
      nodes.add(more);
    }
    SYSTEM.stop(resolver);
    return nodes;
  }

  private static final class Resolver extends SplitBrainResolverBase {

    private final BlockingQueue<UniqueAddress> downed;

    Resolver(Lease lease, BlockingQueue<UniqueAddress> downed) {
      super(
          FiniteDuration.create(100, TimeUnit.MILLISECONDS),
          new LeaseMajority(
              "default",
              Option.apply(ROLE),
              lease,
              FiniteDuration.Zero(),
              FiniteDuration.create(10, TimeUnit.SECONDS),
              SELF.uniqueAddress()));
      this.downed = downed;
    }

    @Override
    public FiniteDuration tickInterval() {
      return FiniteDuration.create(20, TimeUnit.MILLISECONDS);
    }

    @Override
    public UniqueAddress selfUniqueAddress() {
      return SELF.uniqueAddress();
    }

    @Override
    public String selfDc() {
      return "default";
    }

    @Override
    public void down(UniqueAddress node, DowningStrategy.Decision decision) {
      downed.add(node);
    }
  }

  /** A lease that nobody else wants. */
  private static final class Granted extends Lease {

    Granted() {
      super(
          LeaseSettings.apply(
              ConfigFactory.parseString(
                  "heartbeat-timeout = 8s, heartbeat-interval = 1s, lease-operation-timeout = 9s"),
              "lease",
              "owner"));
    }

    @Override
    public Future<Object> acquire() {
      return Futures.successful(true);
    }

    @Override
    public Future<Object> acquire(Function1<Option<Throwable>, BoxedUnit> lost) {
      return acquire();
    }

    @Override
    public Future<Object> release() {
      return Futures.successful(true);
    }

    @Override
    public boolean checkLease() {
      return true;
    }
  }
}
