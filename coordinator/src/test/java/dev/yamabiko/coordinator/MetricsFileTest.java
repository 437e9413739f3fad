package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.coordinator.shared.TermFence;
import dev.yamabiko.model.AtomicFile;
import dev.yamabiko.model.Checkpoint.Position;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsFileTest {

  private static final long SECOND = 1_000_000_000;

  @TempDir Path directory;

  private String read(long from, int most) throws IOException {
    ByteBuffer bytes = MetricsFile.read(directory.resolve("metrics.jsonl"), from, most);
    return StandardCharsets.UTF_8.decode(bytes).toString();
  }

  @Test
  void shouldReadWhatARunHasWrittenWhereverThatWritesNext() throws IOException {
    try (MetricsFile file = MetricsFile.open(directory.resolve("metrics.jsonl"))) {
      file.write("one");
      file.flush();
      assertEquals("one\n", read(0, 100));
      assertEquals("ne", read(1, 2));
      assertEquals("", read(4, 100));
      file.write("two");
      file.flush();
      assertEquals("one\ntwo\n", read(0, 100));
    }
    assertEquals("one\ntwo\n", read(0, 100));
  }

  @Test
  void shouldHaveTheFirstLineWrittenAtOnceAndOthersEachSecond() throws IOException {
    AtomicLong now = new AtomicLong(Long.MAX_VALUE - 10);
    Path path = directory.resolve("metrics.jsonl");
    try (MetricsFile file = MetricsFile.open(path, AtomicFile.Gate.OPEN, now::get)) {
      file.write("one");
      assertTrue(file.hasEnough());
      file.flush();
      file.write("two");
      now.addAndGet(SECOND - 1);
      assertFalse(file.hasEnough());
      now.addAndGet(1);
      assertTrue(file.hasEnough());
    }
  }

  @Test
  void shouldNotTryEachSecondWhereTheDiskTakesNothing() throws IOException {
    AtomicLong now = new AtomicLong();
    Path path = directory.resolve("metrics.jsonl");
    try (MetricsFile file = MetricsFile.open(path, AtomicFile.Gate.OPEN, now::get)) {
      Files.delete(path);
      file.write("one");
      assertThrows(IOException.class, file::flush);
      now.addAndGet(SECOND);
      assertFalse(file.hasEnough());
      Files.createFile(path);
      file.flush();
      now.addAndGet(SECOND);
      assertTrue(file.hasEnough());
    }
  }

  @Test
  void shouldKeepTheLockOfARunWhoseFileIsRead() throws Exception {
    Path path = directory.resolve("metrics.jsonl");
    try (MetricsFile file = MetricsFile.open(path)) {
      file.write("one");
      file.flush();
      assertEquals("one\n", read(0, 100));
      assertThrows(FileAlreadyExistsException.class, () -> MetricsFile.open(path));
      assertEquals(1, OtherProcess.locks(path), "another process could lock the file");
    }
    assertEquals(0, OtherProcess.locks(path));
  }

  @Test
  void shouldKeepTheWireLinesOfClosedEpochsOnly() throws IOException {
    String step = "{\"step\":%d,\"epoch\":%d}";
    try (MetricsFile file = MetricsFile.open(directory.resolve("metrics.jsonl"))) {
      for (int epoch = 0; epoch < 2; epoch++) {
        file.write(step.formatted(epoch, epoch));
        file.write("{\"epoch\":%d,\"steps\":%d}".formatted(epoch, epoch + 1));
        file.write(MetricsLine.ofWire(epoch, 1, Map.of(), Map.of()));
      }
      file.flush();
      String two = read(0, 1000);
      Position atEndOfSecond = new Position(2, 2, 20, Optional.empty(), 0);
      assertEquals(new MetricsFile.Kept(2, 2), file.cutBack(atEndOfSecond));
      assertEquals(two, read(0, 1000));
      Position beforeEndOfSecond = new Position(2, 1, 20, Optional.empty(), 0);
      assertEquals(new MetricsFile.Kept(2, 2), file.cutBack(beforeEndOfSecond));
      String kept = two.substring(0, two.indexOf("{\"epoch\":1"));
      assertEquals(kept, read(0, 1000));
      assertTrue(kept.contains("{\"wire\":0,\"steps\":1"), kept);
    }
  }

  @Test
  void shouldTellTheFirstStepThatIsMissing() throws IOException {
    Path path = directory.resolve("metrics.jsonl");
    String step = "{\"step\":%d,\"epoch\":0}\n";
    Position atSix = new Position(6, 0, 60, Optional.empty(), 0);
    String torn = step.formatted(0) + step.formatted(1).substring(0, 9);
    String garbled = step.formatted(0) + "@#!\n" + step.formatted(2);
    String before = step.formatted(0) + step.formatted(4) + step.formatted(5);
    for (String text : List.of(torn, garbled)) {
      Files.writeString(path, text);
      try (MetricsFile file = MetricsFile.open(path)) {
        assertEquals(new MetricsFile.Kept(1, 1), file.cutBack(atSix));
      }
      assertEquals(step.formatted(0), Files.readString(path));
    }
    Files.writeString(path, before);
    try (MetricsFile file = MetricsFile.open(path)) {
      assertEquals(new MetricsFile.Kept(3, 1), file.cutBack(atSix));
    }
  }

  /** As one does that was stopped before a take-over, and does not know of it. */
  @Test
  void shouldGoOnWithACopyWhenOneOfATermBeforeStillHoldsTheFile() throws Exception {
    Path path = directory.resolve("metrics.jsonl");
    Files.writeString(path, "{\"step\":0,\"epoch\":0}\n{\"step\":1,");
    Process other = OtherProcess.holding(path);
    try (FileChannel before = FileChannel.open(path, StandardOpenOption.APPEND)) {
      assertThrows(FileAlreadyExistsException.class, () -> MetricsFile.open(path));
      TermFence fence = TermFence.raise(directory);
      try (MetricsFile file = MetricsFile.open(path, fence)) {
        assertEquals(
            new MetricsFile.Kept(1, 1), file.cutBack(new Position(1, 0, 10, Optional.empty(), 0)));
        before.write(ByteBuffer.wrap("late".getBytes(StandardCharsets.UTF_8)));
        file.write("{\"step\":1,\"epoch\":0}");
        file.flush();
        assertEquals(1, OtherProcess.locks(path), "another process could lock the copy");
      }
    } finally {
      other.getOutputStream().close();
      other.waitFor();
    }
    assertEquals("{\"step\":0,\"epoch\":0}\n{\"step\":1,\"epoch\":0}\n", Files.readString(path));
  }

  @Test
  void shouldNotFindAFileThatIsNotThere() {
    assertThrows(NoSuchFileException.class, () -> read(0, 100));
  }

  /** Only what has been removed for certain ends a run. */
  @Test
  void shouldTellAFileThatCannotBeSeenFromOneThatHasBeenRemoved() throws IOException {
    Path path = directory.resolve("metrics.jsonl");
    Path aside = directory.resolve("aside");
    try (MetricsFile file = MetricsFile.open(path)) {
      Files.move(path, aside);
      Files.createSymbolicLink(path, path.getFileName());
      file.write("one");
      IOException unseen = assertThrows(IOException.class, file::flush);
      assertFalse(DiskState.isHopeless(unseen), unseen::toString);
      Files.delete(path);
      IOException removed = assertThrows(IOException.class, file::flush);
      assertTrue(DiskState.isHopeless(removed), removed::toString);
      Files.move(aside, path);
      file.flush();
      assertEquals("one\n", read(0, 100));
    }
  }
}
