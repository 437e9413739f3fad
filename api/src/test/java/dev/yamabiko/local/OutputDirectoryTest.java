package dev.yamabiko.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.job.JobException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputDirectoryTest {

  private static final LocalDateTime NOW = LocalDateTime.of(2026, 11, 24, 7, 8, 9);

  @TempDir Path working;

  private OutputDirectory of(String out) {
    return OutputDirectory.of(Optional.of(Path.of(out)), "digits", NOW, working);
  }

  private String refusal(String out) {
    return assertThrows(JobException.class, () -> of(out)).getMessage();
  }

  @Test
  void shouldMakeNothingBeforeItIsAskedTo() {
    OutputDirectory directory = of("a/b");
    assertFalse(Files.exists(working.resolve("a")));
    assertEquals(working.resolve("a/b"), directory.create());
    assertTrue(Files.isDirectory(working.resolve("a/b")));
  }

  @Test
  void shouldTakeAnEmptyDirectory() throws IOException {
    Files.createDirectory(working.resolve("empty"));
    assertEquals(working.resolve("empty"), of("empty").create());
  }

  @Test
  void shouldRefuseADirectoryWithSomethingInIt() throws IOException {
    Files.createDirectories(working.resolve("full/inner"));
    assertEquals(
        "--out "
            + working.resolve("full")
            + " cannot be used: it is not empty; give a new or an empty directory,"
            + " or --resume to go on with the run in it",
        refusal("full"));
  }

  @Test
  void shouldRefuseAFileInTheWay() throws IOException {
    Files.createFile(working.resolve("file"));
    assertTrue(refusal("file").endsWith("cannot be used: a file is there"), refusal("file"));
    String below = refusal("file/run");
    assertTrue(below.endsWith(working.resolve("file") + " is a file"), below);
  }

  @Test
  void shouldNameTheDirectoryAfterJobAndTime() {
    OutputDirectory directory = OutputDirectory.of(Optional.empty(), "my job/2", NOW, working);
    assertEquals(working.resolve("runs/my-job-2-20261124-070809"), directory.create());
  }

  @Test
  void shouldNumberRunsOfTheSameSecond() {
    OutputDirectory directory = OutputDirectory.of(Optional.empty(), "digits", NOW, working);
    directory.create();
    assertEquals("digits-20261124-070809-2", directory.create().getFileName().toString());
    assertEquals("digits-20261124-070809-3", directory.create().getFileName().toString());
  }
}
