package dev.yamabiko.coordinator.shared;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PresenceTest {

  private static final Presence.Node GONE =
      new Presence.Node(1, "10.0.0.5:2551", -7, "http://10.0.0.5:8080");

  @TempDir private Path data;

  @Test
  void shouldFindEachOtherOnceTheyHaveSaidWhereTheyAre() throws IOException {
    try (Presence one = Presence.enter(data);
        Presence two = Presence.enter(data)) {
      assertEquals(new Presence.Roll(List.of(), true, true, List.of()), one.roll());
      assertEquals(new Presence.Roll(List.of(), true, false, List.of()), two.roll());
      two.announce("h:2", 22, "http://h:82");
      Presence.Node second = new Presence.Node(2, "h:2", 22, "http://h:82");
      assertEquals(new Presence.Roll(List.of(second), false, true, List.of()), one.roll());
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
  void shouldTellOnceWhoHasDied() throws IOException {
    Files.createDirectories(data.resolve("nodes"));
    Files.writeString(
        data.resolve("nodes/1-0badcafe"),
        "{\"control\":\"10.0.0.5:2551\",\"http\":\"http://10.0.0.5:8080\",\"number\":1,\"uid\":\"-7\"}");
    Files.createFile(data.resolve("nodes/2-00000000"));
    assertFalse(Presence.isAlive(data, "1-0badcafe"));
    try (Presence next = Presence.enter(data)) {
      assertTrue(next.id().startsWith("3-"), next.id());
      Presence.Roll roll = next.roll();
      assertEquals(List.of(GONE), roll.gone());
      assertTrue(roll.isAlone() && roll.first());
      assertEquals(List.of(), next.roll().gone());
      try (Stream<Path> files = Files.list(data.resolve("nodes"))) {
        assertEquals(1, files.count());
      }
    }
  }
}
