package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.DispatcherSelector;
import akka.cluster.Member;
import akka.cluster.typed.Cluster;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.yamabiko.coordinator.shared.FileLease;
import dev.yamabiko.coordinator.shared.Presence;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A node in a cluster of its own, whose terms do what a test wants. */
@Timeout(120)
class CoordinatorGuardianTest {

  @TempDir private Path data;
  private Presence presence;
  private ActorSystem<CoordinatorCommand> system;

  @BeforeEach
  void enter() throws IOException {
    presence = Presence.enter(data);
  }

  @AfterEach
  void close() throws IOException {
    ActorTestKit.shutdown(system);
    presence.close();
  }

  /** What the node says of a term that begins so. */
  private String failure(CoordinatorGuardian.Terms terms) throws Exception {
    CompletableFuture<String> failed = new CompletableFuture<>();
    CoordinatorGuardian.Listener listener =
        new CoordinatorGuardian.Listener() {
          @Override
          public void seat(Seat seat) {}

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
    system =
        ActorSystem.create(
            CoordinatorGuardian.create(presence, terms, listener),
            "yamabiko",
            own.withFallback(ConfigFactory.load("coordinator-node")),
            DispatcherSelector.blocking());
    Member self = Cluster.get(system).selfMember();
    presence.announce(
        self.address().hostPort().replaceFirst("^.*@", ""), self.uniqueAddress().longUid(), "");
    return failed.get(60, TimeUnit.SECONDS);
  }

  @Test
  void shouldEndTheNodeWhenATermCannotBegin() throws Exception {
    assertEquals(
        "No space left on device",
        failure(
            () -> {
              throw new FileSystemException("term", null, "No space left on device");
            }));
    system.getWhenTerminated().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  @Test
  void shouldEndTheNodeWhenADirectoryCannotBeReadToItsEnd() throws Exception {
    assertEquals(
        "Input/output error",
        failure(
            () -> {
              throw new UncheckedIOException(
                  new FileSystemException("jobs", null, "Input/output error"));
            }));
    system.getWhenTerminated().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  @Test
  void shouldEndTheNodeWhenATermFailsForAnyOtherReason() throws Exception {
    assertEquals(
        "java.lang.IllegalStateException: broken",
        failure(
            () -> {
              throw new IllegalStateException("broken");
            }));
    system.getWhenTerminated().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }
}
