package dev.yamabiko.coordinator.shared;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.data.blocks.ContentLocks;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class PresenceTest {

  private static final Presence.Node GONE =
      new Presence.Node(1, "10.0.0.5:2551", -7, "http://10.0.0.5:8080");

  private static final long MOST = Duration.ofSeconds(30).toNanos();
  private static final long SILENCE = Duration.ofSeconds(10).toNanos();

  @TempDir private Path data;

  private static Presence.Roll roll(List<Presence.Node> others, boolean silent, boolean first) {
    return new Presence.Roll(others, silent, first, List.of(), Optional.empty());
  }

  @Test
  void shouldFindEachOtherOnceTheyHaveSaidWhereTheyAre() throws IOException {
    try (Presence one = Presence.enter(data);
        Presence two = Presence.enter(data)) {
      assertEquals(roll(List.of(), true, true), one.roll());
      assertEquals(roll(List.of(), true, false), two.roll());
      two.announce("h:2", 22, "http://h:82");
      Presence.Node second = new Presence.Node(2, "h:2", 22, "http://h:82");
      assertEquals(roll(List.of(second), false, true), one.roll());
      assertFalse(one.isAnnounced());
      assertTrue(two.isAnnounced());
    }
  }

  @Test
  void shouldBeAloneWhenTheOthersHaveSaidGoodbye() throws IOException {
    try (Presence one = Presence.enter(data)) {
      Presence two = Presence.enter(data);
      two.announce("h:2", 22, "http://h:82");
      assertTrue(Presence.isAlive(data, two.id()));
      two.close();
      assertFalse(Presence.isAlive(data, two.id()));
      assertTrue(one.roll().isAlone());
      assertEquals(List.of(), one.roll().gone());
    }
  }

  /** Nobody holds the lock of a process that has been killed; its file is as it was. */
  @Test
  void shouldTellEverybodyForAWhileWhoHasDied() throws IOException {
    Path dead = Files.createDirectories(data.resolve("nodes")).resolve("1-0badcafe");
    Files.writeString(
        dead,
        "{\"control\":\"10.0.0.5:2551\",\"http\":\"http://10.0.0.5:8080\",\"number\":1,\"uid\":\"-7\"}");
    Files.createFile(data.resolve("nodes/2-00000000"));
    assertFalse(Presence.isAlive(data, "1-0badcafe"));
    try (Presence next = Presence.enter(data);
        Presence last = Presence.enter(data)) {
      assertTrue(next.id().startsWith("3-"), next.id());
      assertEquals(List.of(GONE), next.roll(0).gone());
      assertTrue(next.roll(MOST - 1).first());
      assertEquals(List.of(GONE), next.roll(MOST - 1).gone());
      assertEquals(List.of(GONE), last.roll(MOST - 1).gone(), "it has not heard of it yet");
      assertEquals(List.of(), next.roll(MOST).gone());
      assertEquals(List.of(), last.roll(MOST).gone());
      try (Stream<Path> files = Files.list(data.resolve("nodes"))) {
        assertEquals(2, files.count());
      }
    }
  }

  @Test
  void shouldKnowWhoRenewsALease() throws IOException {
    try (Presence one = Presence.enter(data)) {
      Presence two = Presence.enter(data);
      two.announce("h:2", 22, "http://h:82");
      Optional<Presence.Node> second = Optional.of(new Presence.Node(2, "h:2", 22, "http://h:82"));
      Path lease = Files.createDirectory(data.resolve("leases")).resolve("x");
      new LeaseRecord(one.id(), 1).write(lease);
      assertEquals(Optional.empty(), one.roll(0).leader(), "it is not one of the others");
      new LeaseRecord(two.id(), 2).write(lease);
      assertEquals(second, one.roll(1).leader());
      assertEquals(second, one.roll(SILENCE).leader());
      assertEquals(Optional.empty(), one.roll(SILENCE + 1).leader(), "it is not renewed any more");
      new LeaseRecord(two.id(), 3).write(lease);
      assertEquals(second, one.roll(SILENCE + 1).leader());
      two.close();
      assertEquals(Optional.empty(), one.roll(SILENCE + 2).leader());
    }
  }

  /** As a process does that was stopped in the middle of something. */
  @Test
  @Timeout(180)
  void shouldNotWaitForAnybody() throws IOException {
    ContentLocks.Hold stopped = ContentLocks.of(data).own("nodes");
    try (stopped) {
      Presence one = Presence.enter(data);
      assertTrue(one.roll().isAlone());
      one.close();
    }
  }

  @Test
  void shouldNotTakeADirectoryForEmptyThatCannotBeRead() throws IOException {
    try (Presence one = Presence.enter(data)) {
      assertTrue(one.roll().isAlone());
      Files.createSymbolicLink(data.resolve("leases"), Path.of("leases"));
      assertThrows(FileSystemException.class, one::roll);
    }
  }
}
