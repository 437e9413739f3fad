package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.coordinator.shared.TermFence;
import dev.yamabiko.model.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NoticeFileTest {

  @TempDir private Path directory;

  private static Notice notice(String text) {
    return new Notice(Instant.EPOCH, Notice.Kind.RUN, text, OptionalLong.empty(), Optional.empty());
  }

  private static String line(String text) {
    return notice(text).json();
  }

  private Path file() {
    return directory.resolve("events.jsonl");
  }

  private NoticeFile open() {
    return new NoticeFile(directory, AtomicFile.Gate.OPEN);
  }

  @Test
  void shouldGiveTheNewestFirstAndGoOnWhereTheRunBeforeHasEnded() throws IOException {
    assertEquals(List.of(), NoticeFile.newest(directory, 10));
    open().add(notice("one"));
    NoticeFile resumed = open();
    resumed.add(notice("two"));
    resumed.add(notice("three"));
    assertEquals(List.of(line("three"), line("two")), NoticeFile.newest(directory, 2));
    assertEquals(
        List.of(line("three"), line("two"), line("one")), NoticeFile.newest(directory, 10));
  }

  /** As a full disk or a killed process leaves it. */
  @Test
  void shouldLeaveOutHalfALineAndBeginTheNextOnALineOfItsOwn() throws IOException {
    open().add(notice("whole"));
    Files.writeString(file(), line("torn").substring(0, 12), StandardOpenOption.APPEND);
    assertEquals(List.of(line("whole")), NoticeFile.newest(directory, 10));
    open().add(notice("next"));
    assertEquals(List.of(line("next"), line("whole")), NoticeFile.newest(directory, 10));
  }

  @Test
  void shouldLoseWhatCannotBeWritten() throws IOException {
    Files.createDirectory(file()); // no file can be written in its place
    open().add(notice("lost"));
    Files.delete(file());
    open().add(notice("kept"));
    assertEquals(List.of(line("kept")), NoticeFile.newest(directory, 10));
  }

  @Test
  void shouldWriteNothingOnceALaterTermHasBegun() throws IOException {
    TermFence fence = TermFence.raise(directory);
    NoticeFile before = new NoticeFile(directory, fence);
    before.add(notice("mine"));
    new NoticeFile(directory, TermFence.raise(directory)).add(notice("theirs"));
    before.add(notice("late"));
    assertEquals(List.of(line("theirs"), line("mine")), NoticeFile.newest(directory, 10));
  }

  @Test
  void shouldDropTheOlderHalfOfAFileThatHasGrownLong() throws IOException {
    int length = line("0000").length() + 1;
    NoticeFile notices = new NoticeFile(directory, AtomicFile.Gate.OPEN, 100 * length);
    for (int i = 0; i < 1_000; i++) {
      notices.add(notice("%04d".formatted(i)));
      assertTrue(Files.size(file()) <= 100L * length);
    }
    List<String> kept = NoticeFile.newest(directory, 1_000);
    assertEquals(line("0999"), kept.get(0));
    assertTrue(kept.size() >= 50, "only " + kept.size());
    for (int i = 0; i < kept.size(); i++) {
      assertEquals(line("%04d".formatted(999 - i)), kept.get(i));
    }
  }

  @Test
  void shouldReadTheEndOfALongFileOnly() throws IOException {
    Files.writeString(file(), (line("x".repeat(400)) + "\n").repeat(10_000));
    open().add(notice("last"));
    List<String> newest = NoticeFile.newest(directory, 500);
    assertEquals(500, newest.size());
    assertEquals(line("last"), newest.get(0));
    assertFalse(newest.contains(""));
  }
}
