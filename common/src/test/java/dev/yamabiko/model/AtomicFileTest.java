package dev.yamabiko.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {

  @TempDir private Path directory;

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void shouldShowNothingUnderTheNameUntilAllIsWritten() throws IOException {
    Path file = directory.resolve("a");
    AtomicFile.write(
        file,
        part -> {
          Files.writeString(part, "half");
          assertFalse(Files.exists(file));
          assertEquals(directory.resolve("a.part"), part);
          Files.writeString(part, "whole");
        });
    assertEquals("whole", Files.readString(file));
    assertEquals(List.of("a"), names());
  }

  @Test
  void shouldKeepSeveralWritersOfOneFileApart() throws IOException {
    Path file = directory.resolve("a");
    AtomicFile.write(
        file,
        part -> {
          Files.writeString(part, "one");
          AtomicFile.write(
              file, other -> Files.writeString(other, "two"), AtomicFile.Gate.ofOneOfSeveral());
          assertEquals("two", Files.readString(file));
        },
        AtomicFile.Gate.ofOneOfSeveral());
    assertEquals("one", Files.readString(file));
    assertEquals(List.of("a"), names());
  }

  @Test
  void shouldClearWhatKilledWritersLeftAndNothingElse() throws Exception {
    Process gone = new ProcessBuilder("true").start();
    gone.waitFor();
    Path file = directory.resolve("a");
    String own = WriterMark.make();
    String left = own.replace("." + ProcessHandle.current().pid() + "-", "." + gone.pid() + "-");
    String elsewhere = left.replaceFirst("-.{8}-", "-00000000-");
    List<String> kept =
        Stream.of("a" + own + ".part", "a" + elsewhere + ".part", "ab" + left + ".part", "a" + left)
            .sorted()
            .toList();
    for (String name : kept) {
      Files.createFile(directory.resolve(name));
    }
    Files.createFile(directory.resolve("a" + left + ".part"));
    AtomicFile.write(file, part -> Files.writeString(part, "x"), AtomicFile.Gate.ofOneOfSeveral());
    Files.delete(file);
    assertEquals(kept, names());
  }

  @Test
  void shouldReplaceAnOldFileAtOnce() throws IOException {
    Path file = Files.writeString(directory.resolve("a"), "old");
    AtomicFile.write(
        file,
        part -> {
          Files.writeString(part, "new");
          assertEquals("old", Files.readString(file));
        });
    assertEquals("new", Files.readString(file));
  }

  @Test
  void shouldOverwriteWhatAKilledProcessLeft() throws IOException {
    Files.writeString(directory.resolve("a.part"), "a longer text that was being written");
    AtomicFile.write(directory.resolve("a"), part -> Files.writeString(part, "new"));
    assertEquals("new", Files.readString(directory.resolve("a")));
    assertEquals(List.of("a"), names());
  }

  @Test
  void shouldLeaveEverythingAsItWasWithoutSuccess() throws IOException {
    Path file = Files.writeString(directory.resolve("a"), "old");
    List<Exception> failures =
        List.of(new IOException("disk full"), new IllegalStateException("bad data"));
    for (Exception failure : failures) {
      Exception e =
          assertThrows(
              Exception.class,
              () ->
                  AtomicFile.write(
                      file,
                      part -> {
                        Files.writeString(part, "half");
                        if (failure instanceof IOException io) {
                          throw io;
                        }
                        throw (RuntimeException) failure;
                      }));
      assertSame(failure, e);
      assertEquals("old", Files.readString(file));
      assertEquals(List.of("a"), names());
    }
  }

  @Test
  void shouldFailWhereTheContentWroteNothing() throws IOException {
    Path file = directory.resolve("a");
    assertThrows(IOException.class, () -> AtomicFile.write(file, part -> {}));
    assertEquals(List.of(), names());
  }

  @Test
  void shouldFailWhereADirectoryIsInTheWay() throws IOException {
    Path inside = Files.createDirectories(directory.resolve("a/b"));
    assertThrows(
        IOException.class,
        () -> AtomicFile.write(directory.resolve("a"), part -> Files.writeString(part, "x")));
    assertEquals(List.of("a"), names());
    assertEquals(true, Files.isDirectory(inside));
  }
}
