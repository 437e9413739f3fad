package dev.yamabiko.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which checkpoints stay, and which may be passed over. */
class CheckpointRetentionTest {

  @TempDir private Path directory;

  private CheckpointStore store;

  @BeforeEach
  void make() {
    store = new CheckpointStore(directory, 3);
  }

  private static Checkpoint checkpoint(long step) {
    return new Checkpoint(
        new Checkpoint.Position(step, 0, step, Optional.empty(), 0),
        new float[] {step},
        new float[0][],
        Optional.of(new Checkpoint.Best(0, step, 1, 0, Optional.empty())),
        Checkpoint.WayBack.NONE);
  }

  private void write(Checkpoint checkpoint) throws IOException {
    store.write(new CheckpointFile.Content("", "", Map.of(), checkpoint));
  }

  private Path file(long step) {
    return directory.resolve("step-%010d.checkpoint".formatted(step));
  }

  private long newest(List<String> problems) throws IOException {
    return store.newest(problems).orElseThrow().checkpoint().position().step();
  }

  @Test
  void shouldHoldTheCheckpointThatARunHasGoneBackToWhenBestEpochsFollowedIt() throws IOException {
    Checkpoint back = checkpoint(1000);
    write(back);
    for (long step = 1100; step <= 1400; step += 100) {
      write(checkpoint(step));
    }
    store.goBackTo(new CheckpointFile.Content("", "", Map.of(), back));
    assertEquals(1000, newest(new ArrayList<>()));
  }

  /** Whole, but for its version. */
  private void writeOfANewerVersion(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    ByteBuffer view = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    view.putInt(8, 4);
    CRC32C checksum = new CRC32C();
    checksum.update(bytes, 0, bytes.length - Integer.BYTES);
    view.putInt(bytes.length - Integer.BYTES, (int) checksum.getValue());
    Files.write(file, bytes);
  }

  private void assertRefusesWith(String reason) throws IOException {
    byte[] good = Files.isRegularFile(file(20)) ? Files.readAllBytes(file(20)) : new byte[0];
    List<String> problems = new ArrayList<>();
    IOException refused = assertThrows(IOException.class, () -> store.newest(problems));
    assertTrue(refused.getMessage().startsWith(file(20) + ": "), refused.getMessage());
    assertTrue(refused.getMessage().contains(reason), refused.getMessage());
    assertEquals(List.of(), problems);
    assertThrows(IOException.class, () -> store.goOnFrom(10));
    assertTrue(Files.exists(file(20)), "it still has its name");
    if (good.length > 0) {
      assertTrue(Arrays.equals(good, Files.readAllBytes(file(20))));
    }
  }

  @Test
  void shouldRefuseAndKeepACheckpointOfANewerVersion() throws IOException {
    write(checkpoint(10));
    write(checkpoint(20));
    writeOfANewerVersion(file(20));
    assertRefusesWith("expected version 3 of the format but found 4");
  }

  @Test
  void shouldRefuseAndKeepACheckpointThatCannotBeRead() throws IOException {
    write(checkpoint(10));
    // Whoever runs this may be allowed to read every file; but a directory is none.
    Files.createDirectories(file(20).resolve("x".repeat(200)));
    assertRefusesWith("");
  }

  @Test
  void shouldPassOverACheckpointThatIsTorn() throws IOException {
    write(checkpoint(10));
    write(checkpoint(20));
    byte[] bytes = Files.readAllBytes(file(20));
    Files.write(file(20), Arrays.copyOf(bytes, bytes.length - 9));
    List<String> problems = new ArrayList<>();
    assertEquals(10, newest(problems));
    assertEquals(1, problems.size());
    store.goOnFrom(10);
    assertTrue(Files.exists(Path.of(file(20) + ".damaged")));
  }
}
