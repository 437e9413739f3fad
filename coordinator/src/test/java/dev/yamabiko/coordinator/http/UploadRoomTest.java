package dev.yamabiko.coordinator.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yamabiko.coordinator.http.UploadRoom.Kept;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class UploadRoomTest {

  private static final Instant NOW = Instant.parse("2026-11-26T12:00:00Z");

  private static Kept file(String name, long bytes, int hours, String... files) {
    return new Kept(name, bytes, NOW.minus(Duration.ofHours(hours)), Set.of(files));
  }

  private static List<String> leaving(Set<String> needed, long least, long wish, Kept... all) {
    return new UploadRoom(needed, NOW)
        .leaving(List.of(all), least, wish).stream().map(Kept::sha256).toList();
  }

  @Test
  void shouldTakeTheLeastRecentlyUsedUntilThatIsEnough() {
    Kept[] all = {file("a", 10, 3), file("b", 10, 9), file("c", 10, 5)};
    assertEquals(List.of("b"), leaving(Set.of(), 10, 0, all));
    assertEquals(List.of("b", "c"), leaving(Set.of(), 11, 0, all));
    assertEquals(List.of("b", "c", "a"), leaving(Set.of(), 11, 100, all));
    assertEquals(List.of(), leaving(Set.of(), 31, 100, all));
  }

  @Test
  void shouldSpareWhatIsNeededOrYoung() {
    Kept[] all = {file("a", 10, 3), file("b", 10, 1), file("c", 10, 5)};
    assertEquals(List.of("a"), leaving(Set.of("c"), 10, 100, all));
  }

  /** The clock was wrong when that was put down. */
  @Test
  void shouldTakeWhatWasUsedFarAheadForTheOldest() {
    Kept[] all = {file("a", 10, 3), file("b", 10, -2), file("c", 10, -1)};
    assertEquals(List.of("b", "a"), leaving(Set.of(), 10, 100, all));
    Kept[] listed = {file("a", 10, 3), file("b", 10, 5), file("list", 1, -2, "b")};
    assertEquals(List.of("list", "b", "a"), leaving(Set.of(), 10, 100, listed));
  }

  @Test
  void shouldTreatFilesAsTheListingThatNamesThem() {
    Kept[] needed = {file("a", 10, 9), file("list", 1, 8, "a")};
    assertEquals(List.of(), leaving(Set.of("list"), 1, 0, needed));
    Kept[] young = {file("a", 10, 9), file("list", 1, 0, "a")};
    assertEquals(List.of(), leaving(Set.of(), 1, 0, young));
    Kept[] old = {file("a", 10, 9), file("b", 10, 7), file("list", 1, 5, "a")};
    assertEquals(List.of("b", "list", "a"), leaving(Set.of(), 21, 0, old));
  }
}
