package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.Member;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Join;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.yamabiko.coordinator.shared.FileLease;
import dev.yamabiko.coordinator.shared.Presence;
import dev.yamabiko.data.blocks.ContentLocks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nodes on one data directory, whose terms do what a test wants. */
@Timeout(120)
class CoordinatorGuardianTest {

  private static final JoinPlan PLAN = new JoinPlan(Duration.ofSeconds(1), Duration.ofSeconds(1));

  @TempDir private Path data;
  private final List<Node> nodes = new ArrayList<>();

  /** A node before it has announced itself. */
  private record Node(
      Presence presence,
      ActorSystem<CoordinatorCommand> system,
      BlockingQueue<Seat> seats,
      CompletableFuture<String> failed) {

    void announce() throws IOException {
      Member self = Cluster.get(system).selfMember();
      presence.announce(
          self.address().hostPort().replaceFirst("^.*@", ""), self.uniqueAddress().longUid(), "");
    }

    void ends() throws Exception {
      system.getWhenTerminated().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }
  }

  @AfterEach
  void close() throws IOException {
    for (Node node : nodes) {
      ActorTestKit.shutdown(node.system());
      node.presence().close();
    }
  }

  private Node start(CoordinatorGuardian.Terms terms) throws IOException {
    Presence presence = Presence.enter(data);
    BlockingQueue<Seat> seats = new LinkedBlockingQueue<>();
    CompletableFuture<String> failed = new CompletableFuture<>();
    CoordinatorGuardian.Listener listener =
        new CoordinatorGuardian.Listener() {
          @Override
          public void seat(Seat seat) {
            seats.add(seat);
          }

          @Override
          public void failed(String why) {
            failed.complete(why);
          }
        };
    Config own =
        ConfigFactory.parseMap(
            Map.of(
                "akka.remote.artery.canonical.hostname",
                "127.0.0.1",
                "akka.remote.artery.canonical.port",
                0,
                "akka.cluster.roles",
                List.of(CoordinatorGuardian.ROLE),
                FileLease.CONFIG + ".data",
                data.toString(),
                FileLease.CONFIG + ".node",
                presence.id()));
    ActorSystem<CoordinatorCommand> system =
        ActorSystem.create(
            CoordinatorGuardian.create(presence, PLAN, terms, listener),
            "yamabiko",
            own.withFallback(ConfigFactory.load("coordinator-node")),
            DispatcherSelector.blocking());
    Node node = new Node(presence, system, seats, failed);
    nodes.add(node);
    return node;
  }

  private void assertEndsTheNode(String why, CoordinatorGuardian.Terms terms) throws Exception {
    Node node = start(terms);
    node.announce();
    assertEquals(why, node.failed().get(60, TimeUnit.SECONDS));
    node.ends();
  }

  @Test
  void shouldEndTheNodeWhenATermCannotBegin() throws Exception {
    assertEndsTheNode(
        "No space left on device",
        () -> {
          throw new FileSystemException("term", null, "No space left on device");
        });
  }

  @Test
  void shouldEndTheNodeWhenADirectoryCannotBeReadToItsEnd() throws Exception {
    assertEndsTheNode(
        "Input/output error",
        () -> {
          throw new UncheckedIOException(
              new FileSystemException("jobs", null, "Input/output error"));
        });
  }

  @Test
  void shouldEndTheNodeWhenATermFailsForAnyOtherReason() throws Exception {
    assertEndsTheNode(
        "java.lang.IllegalStateException: broken",
        () -> {
          throw new IllegalStateException("broken");
        });
  }

  @Test
  void shouldEndANodeThatIsInAClusterOfItsOwnWhileAnotherOneHasTheCoordinator() throws Exception {
    Node leader = start(Behaviors::ignore);
    leader.announce();
    assertEquals(new Seat.Here(), leader.seats().poll(60, TimeUnit.SECONDS));
    Node apart = start(Behaviors::ignore);
    Cluster cluster = Cluster.get(apart.system());
    cluster.manager().tell(new Join(cluster.selfMember().address()));
    apart.announce();
    apart.ends();
    assertTrue(leader.seats().isEmpty(), "the other one has been left alone");
    assertEquals(MemberStatus.up(), Cluster.get(leader.system()).selfMember().status());
  }

  @Test
  void shouldSayWhyTheLeaseWasLost() throws Exception {
    Node leader = start(() -> Behaviors.receiveMessage(message -> Behaviors.same()));
    leader.announce();
    assertEquals(new Seat.Here(), leader.seats().poll(60, TimeUnit.SECONDS));
    Path leases = data.resolve("leases");
    for (Path lease : files(leases)) {
      ContentLocks.of(data)
          .alone(
              "lease " + lease.getFileName(),
              () -> {
                Files.delete(lease);
                return Files.createDirectory(lease);
              });
    }
    assertEquals(
        "the lease was lost: it cannot be renewed: java.io.IOException: Is a directory",
        leader.failed().get(60, TimeUnit.SECONDS));
    leader.ends();
  }

  private static List<Path> files(Path directory) throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      return all.toList();
    }
  }
}
