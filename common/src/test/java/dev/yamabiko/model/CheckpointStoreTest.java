package dev.yamabiko.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
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

  /** Of manifests, after a look at their slices: each manifest has one, and nobody else has. */
  private List<String> names() throws IOException {
    List<String> all;
    try (Stream<Path> files = Files.list(directory)) {
      all = files.map(file -> file.getFileName().toString()).sorted().toList();
    }
    List<String> slices = all.stream().filter(name -> name.contains(".slice-")).toList();
    List<String> manifests = all.stream().filter(name -> !name.contains(".slice-")).toList();
    assertEquals(
        manifests.stream().map(name -> name.replaceAll("\\D", "")).toList(),
        slices.stream().map(name -> name.replaceAll("-\\d+\\.slice.*|\\D", "")).toList());
    return manifests;
  }

  private Path slice(long step) {
    return directory.resolve("step-%010d-1.slice-0-of-1".formatted(step));
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

  /** A gate keeps others waiting: what it lets pass is no look at a directory. */
  @Test
  void shouldKnowWhatItDeletesBeforeTheGateLetsItPass() throws IOException {
    List<Path> late = new ArrayList<>();
    CheckpointStore gated =
        new CheckpointStore(
            directory,
            1,
            change -> {
              int pass = late.size() + 1;
              late.add(directory.resolve("step-0000000001-%d.slice-0-of-1".formatted(pass)));
              Files.writeString(late.get(pass - 1), "it was not there before");
              change.make();
            });
    gated.write(content(10, Optional.empty()));
    gated.write(content(20, Optional.empty()));
    assertEquals(
        late.subList(late.size() - 1, late.size()), late.stream().filter(Files::exists).toList());
    Files.delete(late.get(late.size() - 1));
    assertEquals(List.of(name(20)), names());
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
    assertTrue(Files.exists(Path.of(slice(20) + ".damaged")), "put aside, too");
  }

  @Test
  void shouldUseTheOneBeforeWhenASliceIsDamagedOrMissing() throws IOException {
    write(10, Optional.empty());
    write(20, Optional.empty());
    byte[] whole = Files.readAllBytes(slice(20));
    for (boolean missing : new boolean[] {false, true}) {
      if (missing) {
        Files.delete(slice(20));
      } else {
        byte[] bytes = whole.clone();
        bytes[2] ^= 4;
        Files.write(slice(20), bytes);
      }
      List<String> problems = new ArrayList<>();
      assertEquals(10, newest(problems));
      assertEquals(1, problems.size());
      assertTrue(problems.get(0).startsWith(directory.resolve(name(20)) + ": its slice "));
    }
    Files.write(slice(20), whole);
    assertEquals(20, newest(new ArrayList<>()));
  }

  @Test
  void shouldCountSlicesWithoutManifestForNothing() throws IOException {
    write(10, Optional.empty());
    Files.write(slice(20), new byte[4]);
    Files.write(directory.resolve("step-0000000010-2.slice-0-of-1"), new byte[4]);
    assertEquals(10, newest(new ArrayList<>()));
    store.goOnFrom(10);
    assertEquals(List.of(name(10)), names());
    Files.write(slice(20), new byte[4]);
    Files.write(slice(15), new byte[4]);
    write(20, Optional.empty());
    assertEquals(List.of(name(10), name(20)), names());
    assertEquals(20, newest(new ArrayList<>()));
  }

  /** Where a run was interrupted before it could close the epoch, it comes by once more. */
  @Test
  void shouldReplaceOneOfTheSameStepWhenTheNewOneIsWhole() throws IOException {
    write(10, Optional.empty());
    write(10, Optional.of(10L));
    assertEquals(List.of(name(10)), names());
    assertTrue(store.newest(new ArrayList<>()).orElseThrow().checkpoint().best().isPresent());
  }

  @Test
  void shouldLeaveEverythingAsItWasWhenTheManifestCannotTakeItsPlace() throws IOException {
    write(10, Optional.empty());
    write(20, Optional.empty());
    CheckpointStore fenced =
        new CheckpointStore(
            directory,
            2,
            change -> {
              throw new IOException("fenced");
            });
    for (long step : new long[] {20, 30}) {
      assertThrows(IOException.class, () -> fenced.write(content(step, Optional.of(step))));
      assertEquals(List.of(name(10), name(20)), names());
    }
    assertThrows(IOException.class, () -> fenced.goBackTo(content(15, Optional.empty())));
    assertEquals(List.of(name(10), name(20)), names());
    assertTrue(store.newest(new ArrayList<>()).orElseThrow().checkpoint().best().isEmpty());
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
    for (long step : new long[] {10, 20, 30}) {
      Checkpoint full = CheckpointFileTest.full((int) step);
      Checkpoint.Position at = full.position();
      Checkpoint checkpoint =
          new Checkpoint(
              new Checkpoint.Position(step, 2, at.samples(), at.epoch(), at.rollbacks()),
              full.weights(),
              full.state(),
              full.best(),
              full.wayBack(),
              full.cuts());
      store.write(CheckpointFileTest.content(checkpoint));
      written.put(step, checkpoint);
    }
    TreeMap<Long, List<Path>> files = new TreeMap<>();
    Map<Path, byte[]> whole = new HashMap<>();
    try (Stream<Path> all = Files.list(directory)) {
      for (Path file : all.sorted().toList()) {
        long step = Long.parseLong(file.getFileName().toString().substring(5, 15));
        files.computeIfAbsent(step, s -> new ArrayList<>()).add(file);
        whole.put(file, Files.readAllBytes(file));
      }
    }
    Random random = new Random(11);
    for (int trial = 0; trial < 400; trial++) {
      // Any of them, the newest more often than not.
      TreeMap<Long, Checkpoint> left = new TreeMap<>(written);
      List<String> hurt = new ArrayList<>();
      for (long step : files.descendingKeySet()) {
        boolean hit = random.nextInt(3) > 0;
        for (Path file : files.get(step)) {
          Files.write(file, whole.get(file));
        }
        if (hit) {
          Path one = files.get(step).get(random.nextInt(files.get(step).size()));
          Files.write(one, damaged(whole.get(one), random));
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

  @Test
  void shouldNotTakeADirectoryForEmptyThatCannotBeRead() throws IOException {
    Path looped = Files.createSymbolicLink(parent.resolve("looped"), Path.of("looped"));
    CheckpointStore unreadable = new CheckpointStore(looped, 2);
    assertThrows(FileSystemException.class, () -> unreadable.newest(new ArrayList<>()));
  }
}
