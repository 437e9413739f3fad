package dev.yamabiko.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.ActorSystem;
import akka.cluster.Member;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Join;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.yamabiko.worker.NodeSettings.Peer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class SeedsTest {

  private static final String SERVICE = "yamabiko.test";
  private static final String RECORDS = "_control._tcp.yamabiko.test";

  private final NameServer names;
  private final ActorTestKit coordinator;
  private final ActorTestKit member;

  SeedsTest() throws Exception {
    names = new NameServer();
    coordinator = node("coordinator");
    member = node("worker");
  }

  @AfterEach
  void end() {
    member.shutdownTestKit();
    coordinator.shutdownTestKit();
    names.close();
  }

  private ActorTestKit node(String role) {
    Config config =
        ConfigFactory.parseMap(
                Map.of(
                    "akka.remote.artery.canonical.hostname",
                    "127.0.0.1",
                    "akka.remote.artery.canonical.port",
                    0,
                    "akka.cluster.roles",
                    List.of(role)))
            .withFallback(dns())
            .withFallback(ConfigFactory.load("cluster-node"));
    return ActorTestKit.create("yamabiko", config);
  }

  private Config dns() {
    return ConfigFactory.parseMap(
        Map.of(
            "akka.io.dns.async-dns.nameservers",
            List.of("127.0.0.1:" + names.port()),
            "akka.io.dns.async-dns.search-domains",
            List.of(),
            "akka.io.dns.async-dns.ndots",
            0));
  }

  private static Member self(ActorTestKit node) {
    return Cluster.get(node.system()).selfMember();
  }

  private static int port(ActorTestKit node) {
    return self(node).address().getPort().orElseThrow();
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, "waited too long");
      Thread.onSpinWait();
    }
  }

  @Test
  void shouldJoinTheNodesOfAServiceAsSoonAsItHasAny() {
    ActorSystem<?> joining = member.system();
    Seeds.join(joining, List.of(Peer.service(SERVICE)), List.of());
    await(() -> names.asked() > 1);
    assertEquals(MemberStatus.removed(), self(member).status());

    Cluster first = Cluster.get(coordinator.system());
    first.manager().tell(new Join(self(coordinator).address()));
    names.set(RECORDS, List.of(port(coordinator)));
    await(() -> self(member).status() == MemberStatus.up());

    int until = names.asked();
    assertEquals(2, members(first));
    // Who has joined asks no more, but for a question that was under way.
    await(() -> members(Cluster.get(joining)) == 2);
    assertTrue(names.asked() <= until + 1);
  }

  @Test
  void shouldTellSomebodyWhoIsNoNodeWhoIsBehindAService() {
    assertEquals(Set.of(), ServiceNodes.now(SERVICE, dns()));
    names.set(RECORDS, List.of(2551, 2552));
    assertEquals(
        Set.of(new Peer("127.0.0.1", 2551), new Peer("127.0.0.1", 2552)),
        ServiceNodes.now(SERVICE, dns()));
  }

  private static int members(Cluster cluster) {
    int count = 0;
    for (Member ignored : cluster.state().getMembers()) {
      count++;
    }
    return count;
  }
}
