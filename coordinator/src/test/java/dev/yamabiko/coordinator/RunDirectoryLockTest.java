package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.yamabiko.data.Targets;
import dev.yamabiko.model.Checkpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run that fails to begin or to go on does not keep its directory from the next one. */
class RunDirectoryLockTest {

  @TempDir private Path directory;

  /** Without a job, nothing can be written: a mistake of the caller's, not of the disk. */
  private static RunDescription description(String job) {
    return new RunDescription(job, "d", Map.of(), Targets.Classes.numbered(2), 2);
  }

  @Test
  void shouldUnlockTheDirectoryWhateverWentWrongAtTheBeginning() throws IOException {
    assertThrows(
        NullPointerException.class,
        () -> RunDirectory.begin(directory, description(null), failure -> {}));
    RunDirectory.begin(directory, description("name = a"), failure -> {}).close();
    assertEquals("name = a\n", Files.readString(directory.resolve("job.conf")));
  }

  @Test
  void shouldUnlockTheDirectoryWhateverWentWrongWhenGoingOn() throws IOException {
    RunDirectory.begin(directory, description("name = a"), failure -> {}).close();
    Checkpoint.Position start = Checkpoint.Position.START;
    assertThrows(
        NullPointerException.class,
        () -> RunDirectory.goOn(directory, description(null), start, failure -> {}));
    Path left = Files.createFile(directory.resolve("model.safetensors.7.part"));
    RunDirectory.goOn(directory, description("name = b"), start, failure -> {}).close();
    assertFalse(Files.exists(left));
    assertEquals("name = b\n", Files.readString(directory.resolve("job.conf")));
  }
}
