package dev.yamabiko.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.step.Statistics;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointFileTest {

  @TempDir private Path directory;

  private static float[] vector(int n, float first) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = first + i * 0.1f;
    }
    return values;
  }

  private static Checkpoint start(int n) {
    return new Checkpoint(
        Checkpoint.Position.START,
        vector(n, 9),
        new float[][] {vector(n, 10), vector(n, 11)},
        Optional.empty(),
        Checkpoint.WayBack.START);
  }

  /** A place to go back to, which was reached before the run had got past a divergence. */
  private static Checkpoint earlier(int n) {
    return new Checkpoint(
        new Checkpoint.Position(100, 3, 4000, Optional.empty(), 1),
        vector(n, 12),
        new float[][] {vector(n, 13), vector(n, 14)},
        Optional.of(new Checkpoint.Best(3, 90, 1.0 / 3, 0, Optional.of(vector(n, 5)))),
        new Checkpoint.WayBack(true, List.of(), Optional.of(new Checkpoint.Turn(107, 50))));
  }

  /** Every optional part is there. */
  static Checkpoint full(int n) {
    Statistics open = new Statistics(40, 0.1 + 0.2, 17, Math.PI, -81_985_529_216_486_896L);
    return new Checkpoint(
        new Checkpoint.Position(123, 4, 5000, Optional.of(open), 2),
        vector(n, -1),
        new float[][] {vector(n, 2), vector(n, Float.MIN_VALUE)},
        Optional.of(new Checkpoint.Best(3, 90, 1.0 / 3, 1, Optional.of(vector(n, 5)))),
        new Checkpoint.WayBack(
            false, List.of(start(n), earlier(n)), Optional.of(new Checkpoint.Turn(130, 100))),
        n < 3 ? List.of(0) : List.of(0, n / 3, n / 2));
  }

  static CheckpointFile.Content content(Checkpoint checkpoint) {
    return new CheckpointFile.Content(
        "name = \"a\"", "abc", Map.of("format", "yamabiko", "classes", "[\"\u00e4\"]"), checkpoint);
  }

  /** Returns its manifest. */
  private Path write(Checkpoint checkpoint) throws IOException {
    CheckpointStore store = new CheckpointStore(directory, 9);
    store.write(content(checkpoint));
    return store.file(checkpoint.position().step());
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.sorted().toList();
    }
  }

  static void assertSame(Checkpoint expected, Checkpoint found) {
    assertEquals(expected.position(), found.position());
    assertEquals(expected.cuts().get(0), found.cuts().get(0));
    assertArrayEquals(expected.weights(), found.weights());
    assertTrue(Arrays.deepEquals(expected.state(), found.state()));
    assertEquals(expected.best().isPresent(), found.best().isPresent());
    if (expected.best().isPresent()) {
      Checkpoint.Best a = expected.best().get();
      Checkpoint.Best b = found.best().get();
      assertEquals(a.epoch(), b.epoch());
      assertEquals(a.step(), b.step());
      assertEquals(a.value(), b.value());
      assertEquals(a.since(), b.since());
      assertArrayEquals(a.weights().orElse(null), b.weights().orElse(null));
    }
    Checkpoint.WayBack a = expected.wayBack();
    Checkpoint.WayBack b = found.wayBack();
    assertEquals(a.here(), b.here());
    assertEquals(a.last(), b.last());
    assertEquals(a.earlier().size(), b.earlier().size());
    for (int i = 0; i < a.earlier().size(); i++) {
      assertSame(a.earlier().get(i), b.earlier().get(i));
    }
  }

  @Test
  void shouldReadBackEveryPart() throws IOException {
    for (Checkpoint checkpoint : new Checkpoint[] {full(20_000), start(1), start(16_384)}) {
      CheckpointFile.Content read = CheckpointFile.read(write(checkpoint));
      assertSame(checkpoint, read.checkpoint());
      assertEquals(content(checkpoint).metadata(), read.metadata());
      assertEquals("name = \"a\"", read.job());
      assertEquals("abc", read.dataSha256());
    }
  }

  /** What is said of a table of a million columns is longer than a parser takes unasked. */
  @Test
  void shouldReadBackLongMetadata() throws IOException {
    Map<String, String> metadata = Map.of("input_columns", "x".repeat(21_000_000));
    CheckpointStore store = new CheckpointStore(directory, 9);
    store.write(new CheckpointFile.Content("name = \"a\"", "abc", metadata, start(4)));
    assertEquals(metadata, CheckpointFile.read(store.file(0)).metadata());
  }

  @Test
  void shouldRefuseAnotherVersionAndNameBoth() throws IOException {
    byte[] bytes = Files.readAllBytes(write(start(3)));
    bytes[8] = 2;
    CRC32C checksum = new CRC32C();
    int end = bytes.length - Integer.BYTES;
    checksum.update(bytes, 0, end);
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(end, (int) checksum.getValue());
    Path file = Files.write(directory.resolve("old.checkpoint"), bytes);
    assertEquals(
        file
            + ": another version of Yamabiko wrote it: expected version 3 of the format but found 2",
        assertThrows(IOException.class, () -> CheckpointFile.read(file)).getMessage());
  }

  /**
   * A manifest with the right sum may say anything; the vectors that it speaks of are made later.
   */
  @Test
  void shouldMakeNoRoomForMoreThanTheSlicesHold() throws IOException {
    byte[] bytes = Files.readAllBytes(write(start(3)));
    for (String[] change :
        new String[][] {
          {"\"length\":3", "\"length\":2147483647", "expected slices of 2147483647 elements"},
          {"\"state\":2", "\"state\":2147483647", "expected at most 65536 vectors"},
          {"\"state\":2", "\"state\":-1", "expected vectors of 3 elements"},
          {"\"slices\":[", "\"slices\":[],\"x\":[", "expected slices of 3 elements but found 0"},
        }) {
      Path file = directory.resolve("changed.checkpoint");
      Files.write(file, withText(bytes, change[0], change[1]));
      String message =
          assertThrows(IOException.class, () -> CheckpointFile.read(file)).getMessage();
      assertTrue(message.startsWith(file + ": "), message);
      assertTrue(message.contains(change[2]) || message.contains("does not fit"), message);
    }
  }

  /** With the right length and sum. */
  private static byte[] withText(byte[] manifest, String text, String by) {
    int from = 8 + 2 * Integer.BYTES;
    String before =
        new String(manifest, from, manifest.length - from - Integer.BYTES, StandardCharsets.UTF_8);
    assertTrue(before.contains(text), before);
    byte[] after = before.replace(text, by).getBytes(StandardCharsets.UTF_8);
    byte[] changed = new byte[from + after.length + Integer.BYTES];
    ByteBuffer numbers = ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN);
    numbers.put(manifest, 0, from).putInt(8 + Integer.BYTES, after.length).put(after);
    CRC32C checksum = new CRC32C();
    checksum.update(changed, 0, numbers.position());
    numbers.putInt((int) checksum.getValue());
    return changed;
  }

  @Test
  void shouldHoldEachSliceInAFileOfItsOwn() throws IOException {
    Path manifest = write(full(30));
    assertEquals(
        List.of(
            "step-0000000123-1.slice-0-of-3",
            "step-0000000123-1.slice-1-of-3",
            "step-0000000123-1.slice-2-of-3",
            "step-0000000123.checkpoint"),
        files().stream().map(file -> file.getFileName().toString()).toList());
    // Its own four vectors, three of the start's, four of the earlier one's.
    assertEquals(11 * 4 * 10, Files.size(files().get(0)));
    assertEquals(11 * 4 * 5, Files.size(files().get(1)));
    assertEquals(List.of(0, 10, 15), CheckpointFile.read(manifest).checkpoint().cuts());
  }

  private void assertRefused(Path manifest, Path damaged, byte[] bytes, String what)
      throws IOException {
    byte[] whole = Files.readAllBytes(damaged);
    Files.write(damaged, bytes);
    CheckpointException e =
        assertThrows(CheckpointException.class, () -> CheckpointFile.read(manifest), what);
    assertTrue(e.getMessage().startsWith(manifest + ": "), e.getMessage());
    boolean isSlice = !damaged.equals(manifest);
    assertEquals(isSlice, e.getMessage().contains("its slice " + damaged.getFileName()), what);
    Files.write(damaged, whole);
  }

  @Test
  void shouldRefuseAFileThatIsTornAnywhere() throws IOException {
    Path manifest = write(full(11));
    for (Path file : files()) {
      byte[] whole = Files.readAllBytes(file);
      for (int length = 0; length < whole.length; length++) {
        assertRefused(manifest, file, Arrays.copyOf(whole, length), file + " cut to " + length);
      }
      assertRefused(manifest, file, Arrays.copyOf(whole, whole.length + 1), "one byte too long");
    }
    CheckpointFile.read(manifest);
  }

  @Test
  void shouldRefuseAFileWithAnyBitFlipped() throws IOException {
    Path manifest = write(full(40));
    Random random = new Random(3);
    for (Path file : files()) {
      byte[] whole = Files.readAllBytes(file);
      for (int i = 0; i < 200; i++) {
        // Every bit of the first bytes, where lengths are, and some of all the others.
        int bit = i < 160 ? i : random.nextInt(8 * whole.length);
        byte[] damaged = whole.clone();
        damaged[bit / 8] ^= (byte) (1 << bit % 8);
        assertRefused(manifest, file, damaged, file + ", bit " + bit);
      }
    }
    CheckpointFile.read(manifest);
  }

  @Test
  void shouldRefuseACheckpointThatLacksASlice() throws IOException {
    Path manifest = write(full(40));
    Path slice = files().get(1);
    Files.delete(slice);
    assertEquals(
        manifest + ": its slice " + slice.getFileName() + " is missing",
        assertThrows(CheckpointException.class, () -> CheckpointFile.read(manifest)).getMessage());
  }
}
