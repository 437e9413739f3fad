package dev.yamabiko.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointStoreTest {

  @TempDir private Path parent;

  private Path directory;
  private CheckpointStore store;

  @BeforeEach
  void make() {
    directory = parent.resolve("checkpoints");
    store = new CheckpointStore(directory, 2);
  }

  private static CheckpointFile.Content content(long step, Optional<Long> best) {
    Checkpoint checkpoint =
        new Checkpoint(
            new Checkpoint.Position(step, 0, step, Optional.empty(), 0),
            new float[] {step},
            new float[0][],
            best.map(b -> new Checkpoint.Best(0, b, 1, 0, Optional.empty())),
            Checkpoint.WayBack.NONE);
    return new CheckpointFile.Content("", "", Map.of(), checkpoint);
  }

  private void write(long step, Optional<Long> best) throws IOException {
    store.write(content(step, best));
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static String name(long step) {
    return "step-%010d.checkpoint".formatted(step);
  }

  private long newest(List<String> problems) throws IOException {
    return store.newest(problems).orElseThrow().checkpoint().position().step();
  }

  @Test
  void shouldKeepTheNewestAndTheBest() throws IOException {
    write(5, Optional.of(5L));
    for (long step = 10; step <= 40; step += 10) {
      write(step, Optional.of(5L));
    }
    assertEquals(List.of(name(5), name(30), name(40)), names());
    write(50, Optional.of(50L));
    assertEquals(List.of(name(30), name(40), name(50)), names());
  }

  @Test
  void shouldNameWhatIsDamagedAndUseTheOneBefore() throws IOException {
    write(10, Optional.empty());
    write(20, Optional.empty());
    byte[] bytes = Files.readAllBytes(directory.resolve(name(20)));
    bytes[bytes.length / 2] ^= 4;
    Files.write(directory.resolve(name(20)), bytes);
    Files.writeString(directory.resolve(name(30) + ".part"), "torn");
    List<String> problems = new ArrayList<>();
    assertEquals(10, newest(problems));
    assertEquals(1, problems.size());
    assertTrue(problems.get(0).contains(name(20)), problems.get(0));
    store.goOnFrom(10);
    assertEquals(List.of(name(10), name(20) + ".damaged"), names());
  }

  @Test
  void shouldForgetWhatComesAfterARollback() throws IOException {
    write(10, Optional.empty());
    write(20, Optional.empty());
    store.goBackTo(content(10, Optional.empty()));
    assertEquals(List.of(name(10)), names());
  }

  @Test
  void shouldWriteAnewWhatARollbackGoesBackToWhenItIsDeleted() throws IOException {
    for (long step = 10; step <= 40; step += 10) {
      write(step, Optional.empty());
    }
    store.goBackTo(content(20, Optional.empty()));
    assertEquals(List.of(name(20)), names());
    assertEquals(20, newest(new ArrayList<>()));
  }

  @Test
  void shouldHoldNothingWhenARollbackGoesBackToTheBeginning() throws IOException {
    write(10, Optional.empty());
    store.goBackTo(content(0, Optional.empty()));
    assertEquals(List.of(), names());
  }

  @Test
  void shouldHoldNothingBeforeTheFirst() throws IOException {
    List<String> problems = new ArrayList<>();
    assertTrue(store.newest(problems).isEmpty());
    assertEquals(List.of(), problems);
  }

  /** As a disk or a crash would: cut, or one bit flipped, somewhere. */
  private static byte[] damaged(byte[] whole, Random random) {
    if (random.nextBoolean()) {
      return Arrays.copyOf(whole, random.nextInt(whole.length));
    }
    byte[] flipped = whole.clone();
    flipped[random.nextInt(whole.length)] ^= (byte) (1 << random.nextInt(8));
    return flipped;
  }

  @Test
  void shouldNeverTakeADamagedFileForACheckpoint() throws IOException {
    store = new CheckpointStore(directory, 3);
    TreeMap<Long, Checkpoint> written = new TreeMap<>();
    TreeMap<Long, byte[]> whole = new TreeMap<>();
    for (long step : new long[] {10, 20, 30}) {
      Checkpoint full = CheckpointFileTest.full((int) step);
      Checkpoint.Position at = full.position();
      Checkpoint checkpoint =
          new Checkpoint(
              new Checkpoint.Position(step, 2, at.samples(), at.epoch(), at.rollbacks()),
              full.weights(),
              full.state(),
              full.best(),
              full.wayBack());
      store.write(CheckpointFileTest.content(checkpoint));
      written.put(step, checkpoint);
      whole.put(step, Files.readAllBytes(directory.resolve(name(step))));
    }
    Random random = new Random(11);
    for (int trial = 0; trial < 200; trial++) {
      // Any of them, the newest more often than not.
      TreeMap<Long, Checkpoint> left = new TreeMap<>(written);
      List<String> hurt = new ArrayList<>();
      for (long step : whole.descendingKeySet()) {
        boolean hit = random.nextInt(3) > 0;
        byte[] content = hit ? damaged(whole.get(step), random) : whole.get(step);
        Files.write(directory.resolve(name(step)), content);
        if (hit) {
          left.remove(step);
          hurt.add(name(step));
        }
      }
      long newest = left.isEmpty() ? 0 : left.lastKey();
      List<String> passedOver = hurt.stream().filter(n -> n.compareTo(name(newest)) > 0).toList();
      List<String> problems = new ArrayList<>();
      Optional<CheckpointFile.Content> found = store.newest(problems);
      assertEquals(newest > 0, found.isPresent(), "trial " + trial);
      found.ifPresent(
          content -> CheckpointFileTest.assertSame(left.get(newest), content.checkpoint()));
      assertEquals(passedOver.size(), problems.size(), problems.toString());
      for (int i = 0; i < problems.size(); i++) {
        assertTrue(problems.get(i).startsWith(directory.resolve(passedOver.get(i)) + ": "));
      }
      store.goOnFrom(newest);
      for (String name : passedOver) {
        assertTrue(Files.exists(directory.resolve(name + ".damaged")), name);
        assertFalse(Files.exists(directory.resolve(name)), name);
      }
    }
  }

  @Test
  void shouldNotPutAsideWhatAnotherProcessHasWritten() throws IOException {
    write(10, Optional.empty());
    write(20, Optional.empty());
    assertThrows(FileAlreadyExistsException.class, () -> store.goOnFrom(10));
    assertEquals(List.of(name(10), name(20)), names());
  }
}
