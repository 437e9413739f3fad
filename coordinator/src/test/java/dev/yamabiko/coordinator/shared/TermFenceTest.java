package dev.yamabiko.coordinator.shared;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.model.AtomicFile;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class TermFenceTest {

  @TempDir private Path data;

  private static TermFence raise(Path data) {
    try {
      return TermFence.raise(data);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void shouldLetOnlyTheLatestTermWrite() throws IOException {
    Path file = data.resolve("f");
    TermFence one = TermFence.raise(data);
    AtomicFile.write(file, part -> Files.writeString(part, "one"), one);
    TermFence two = TermFence.raise(data);
    assertEquals(List.of(1L, 2L), List.of(one.term(), two.term()));
    assertThrows(
        FencedException.class,
        () -> AtomicFile.write(file, part -> Files.writeString(part, "late"), one));
    assertEquals("one", Files.readString(file));
    AtomicFile.write(file, part -> Files.writeString(part, "two"), two);
    assertEquals("two", Files.readString(file));
    try (Stream<Path> files = Files.list(data)) {
      assertFalse(files.anyMatch(path -> path.toString().endsWith(AtomicFile.TEMPORARY)));
    }
  }

  /** As on a full disk: no other file can be written. */
  @Test
  void shouldBeginATermWhereNoOtherFileCanBeWritten() throws IOException {
    for (int i = 0; i < 9; i++) {
      TermFence.raise(data);
    }
    Files.createDirectories(data.resolve("term" + AtomicFile.TEMPORARY).resolve("in-the-way"));
    TermFence next = TermFence.raise(data);
    assertEquals(10, next.term());
    assertEquals("10\n", Files.readString(data.resolve("term")));
    AtomicFile.write(data.resolve("f"), part -> Files.writeString(part, "ten"), next);
    assertEquals(11, TermFence.raise(data).term());
  }

  /** A writer that was stopped while it wrote must not write into what the next one writes. */
  @Test
  void shouldKeepTemporaryFilesOfTermsApart() throws IOException {
    Path file = data.resolve("f");
    TermFence one = TermFence.raise(data);
    assertThrows(
        FencedException.class,
        () ->
            AtomicFile.write(
                file,
                early -> {
                  TermFence two = TermFence.raise(data);
                  Files.writeString(early, "early");
                  AtomicFile.write(
                      file,
                      late -> {
                        Files.writeString(late, "late");
                        Files.writeString(early, "early again");
                      },
                      two);
                },
                one));
    assertEquals("late", Files.readString(file));
  }

  @Test
  void shouldNotBeginAgainWhereTheTermCannotBeRead() throws IOException {
    Path term = Files.createSymbolicLink(data.resolve("term"), Path.of("term"));
    assertThrows(FileSystemException.class, () -> TermFence.raise(data));
    assertTrue(Files.isSymbolicLink(term));
  }

  @Test
  void shouldBeginATermOnlyBetweenChanges() throws Exception {
    TermFence one = TermFence.raise(data);
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch on = new CountDownLatch(1);
    CompletableFuture<Void> change =
        CompletableFuture.runAsync(
            () -> {
              try {
                one.pass(
                    () -> {
                      inside.countDown();
                      await(on);
                    });
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
    await(inside);
    CompletableFuture<TermFence> next = CompletableFuture.supplyAsync(() -> raise(data));
    assertThrows(TimeoutException.class, () -> next.get(200, TimeUnit.MILLISECONDS));
    on.countDown();
    change.join();
    assertEquals(2, next.join().term());
  }

  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(30, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
